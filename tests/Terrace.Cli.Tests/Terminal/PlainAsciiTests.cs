using System.Text;
using Terrace.Cli.Terminal;

namespace Terrace.Cli.Tests.Terminal;

public sealed class PlainAsciiTests
{
    [Theory]
    [InlineData("a – b — c", "a - b - c")]
    [InlineData("sudo terrace kernel …", "sudo terrace kernel ...")]
    [InlineData("2×3 µs → 4", "2x3 us -> 4")]
    [InlineData("█░▀│─┼", "#.#|-+")]
    [InlineData("größe 🙂", "gr??e ?")]
    [InlineData("plain\n", "plain\n")]
    public void Signs_become_what_they_look_like(string text, string plain) => Assert.Equal(plain, PlainAscii.Of(text));

    [Theory]
    [InlineData("LANG=C", false)]
    [InlineData("LANG=POSIX", false)]
    [InlineData("LANG=de_DE.ISO-8859-1", false)]
    [InlineData("LANG=en_US", false)]
    [InlineData("LANG=en_US.UTF-8", true)]
    [InlineData("LANG=C.utf8", true)]
    [InlineData("LANG=en_US.UTF-8 LC_ALL=C", false)]
    [InlineData("LANG=en_US.UTF-8 LC_CTYPE=C", false)]
    [InlineData("LANG=C LC_ALL=C.UTF-8", true)]
    [InlineData("LANG=C.UTF-8 LC_ALL=", true)]
    [InlineData("", true)]
    public void The_first_variable_that_says_something_decides(string variables, bool utf8)
    {
        Dictionary<string, string> given = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Split('=')).ToDictionary(word => word[0], word => word[1]);
        Assert.Equal(utf8, PlainAscii.IsUtf8(given.GetValueOrDefault));
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("layout", "--help")]
    [InlineData("topology")]
    [InlineData("kernel")]
    [InlineData("simulate", "--for", "2s")]
    [InlineData("layout", "simulate")]
    [InlineData("config", "example")]
    [InlineData("manage", "--fast", "0%")]
    [InlineData("explain", "1", "zz")]
    public void Nothing_else_reaches_the_streams_whatever_is_written(params string[] line)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        TerraceCommands.Run(line, new CliConsole(new AsciiWriter(output), new AsciiWriter(error)) { IsAscii = true });
        string all = output.ToString() + error;
        Assert.NotEmpty(all);
        Assert.True(Ascii.IsValid(all), all);
    }
}
