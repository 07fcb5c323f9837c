using Terrace.Cli.Layout;
using Terrace.Core.Layout;
using Terrace.Core.Units;
using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Layout;

public sealed class RangeTextTests
{
    [Fact]
    public void Ranges_are_read_in_all_units_and_leave_out_holes() =>
        Assert.Equal(
            new FrameRange[] { new(0, 256, 2), new(256, 512, 0), new(32_512, 32_768, 1), new(65_536, 81_920, 1) },
            RangeText.Read(["1MiB..512 pages=0", "0..0x100000=2", "127MiB..end=1"], LayoutFileTests.Bounds).Ranges.ToArray());

    [Theory]
    [InlineData("64MiB=1", "is not FROM..TO=NODE")]
    [InlineData("0..64MiB", "is not FROM..TO=NODE")]
    [InlineData("0=1..64MiB", "is not FROM..TO=NODE")]
    [InlineData("0..64MiB=x", "'x' is not the number of a node")]
    [InlineData("0..64MiB=3", "node 3 has no memory")]
    [InlineData("0..64MiB=9", "there is no node 9")]
    [InlineData("0..1000=0", "'1000' has no unit")]
    [InlineData("8MiB..4MiB=0", "ends before it begins")]
    [InlineData("0..1GiB=0", "reaches beyond the memory")]
    [InlineData("130MiB..140MiB=0", "is where there is no memory")]
    [InlineData("0..8MiB=0 4MiB..16MiB=1", "overlaps")]
    public void Nonsense_is_refused_by_name(string texts, string said)
    {
        CommandFailure failure = Assert.Throws<CommandFailure>(() => RangeText.Read(texts.Split(' '), LayoutFileTests.Bounds));
        Assert.Equal(ExitCode.Usage, failure.ExitCode);
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
        Assert.NotEmpty(failure.Problem.Fix);
    }

    [Fact]
    public void A_range_with_a_semicolon_is_quoted_whole()
    {
        CommandFailure failure = Assert.Throws<CommandFailure>(() => RangeText.Read(["0..64MiB=1; 2"], LayoutFileTests.Bounds));
        Assert.Equal(new Problem("'0..64MiB=1; 2': '1; 2' is not the number of a node", "see terrace topology"), failure.Problem);
    }
}
