using Terrace.Cli.CommandLine;
using Terrace.Cli.Run;
using Terrace.Core.Units;

namespace Terrace.Cli.Tests.CommandLine;

public sealed class ShareVariableTests
{
    [Theory]
    [InlineData("40%")]
    [InlineData("33.33%")]
    [InlineData("1234567KiB")]
    [InlineData("auto")]
    public void The_share_of_run_reaches_its_command_exactly(string text)
    {
        Assert.True(FastShare.TryParse(text, out FastShare share, out _));
        Assert.Equal(share, ShareVariable.Read(name => name == "TERRACE_FAST" ? ShareVariable.Of(share) : null));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nonsense")]
    public void What_is_no_share_counts_for_nothing(string? text) => Assert.Null(ShareVariable.Read(_ => text));

    [Fact]
    public void A_command_that_is_run_finds_it_in_its_environment()
    {
        using ChildCommand child = ChildCommand.Start(["sh", "-c", "test \"$TERRACE_FAST\" = 40%"], share: "40%");
        Assert.Equal(0, child.WaitForExit());
    }
}
