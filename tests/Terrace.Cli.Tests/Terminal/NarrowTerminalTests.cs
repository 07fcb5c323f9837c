using Terrace.Cli.Terminal;

namespace Terrace.Cli.Tests.Terminal;

public sealed class NarrowTerminalTests
{
    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    public void No_line_is_longer_than_the_terminal_is_wide(int width)
    {
        foreach (
            string line in (string[])[
                "layout simulate", "exercise --size 1M --for 200ms --report-every 50ms", "simulate --for 5s --fast 40%", "topology",
                "exercise --size 1M --for 100ms --no-measure --phase 1s --threads 2",
            ])
        {
            using StringWriter output = new();
            using StringWriter error = new();
            int code = TerraceCommands.Run(line.Split(' '), new CliConsole(output, error) { OutIsTerminal = true, Width = width });
            Assert.Equal((0, ""), (code, error.ToString()));
            Assert.All(output.ToString().Split('\n'), shown => Assert.True(Typesetter.WidthOf(shown) <= width, $"{line}: {shown}"));
        }
    }
}
