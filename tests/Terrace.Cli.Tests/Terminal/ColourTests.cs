using Terrace.Cli.Terminal;

namespace Terrace.Cli.Tests.Terminal;

public sealed class ColourTests
{
    [Theory]
    [InlineData("", false, true)]
    [InlineData("TERM=xterm-256color", false, true)]
    [InlineData("TERM=dumb", false, false)]
    [InlineData("NO_COLOR=", false, true)]
    [InlineData("NO_COLOR=1", false, false)]
    [InlineData("CLICOLOR=0", false, false)]
    [InlineData("CLICOLOR=1", false, true)]
    [InlineData("FORCE_COLOR=1", true, true)]
    [InlineData("FORCE_COLOR=0", false, true)]
    [InlineData("CLICOLOR_FORCE=1", true, true)]
    [InlineData("CLICOLOR_FORCE=0", false, true)]
    [InlineData("CLICOLOR_FORCE=1 CLICOLOR=0 TERM=dumb", true, true)]
    [InlineData("NO_COLOR=1 FORCE_COLOR=1", false, false)]
    public void The_environment_says_where_colour_is_used(string variables, bool inPipes, bool onTerminals)
    {
        Dictionary<string, string> environment = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(variable => variable.Split('='))
            .ToDictionary(parts => parts[0], parts => parts[1]);
        ColourUse use = ColourUses.Of(environment.GetValueOrDefault);
        Assert.Equal((inPipes, onTerminals), (IsColoured(use, terminal: false), IsColoured(use, terminal: true)));
    }

    private static bool IsColoured(ColourUse use, bool terminal)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        CliConsole console = new(output, error) { OutIsTerminal = terminal, ErrorIsTerminal = terminal, Colour = use };
        console.Text.WriteLine([new Ink("works", Tone.Good)]);
        console.ErrorText.WriteLine([new Ink("works", Tone.Good)]);
        Assert.Equal(output.ToString(), error.ToString());
        Assert.Equal(console.ErrorColour, error.ToString().Contains('\e', StringComparison.Ordinal));
        return console.ErrorColour;
    }
}
