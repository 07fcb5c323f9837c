using System.CommandLine;
using System.CommandLine.Invocation;
using Terrace.Cli.Terminal;
using Terrace.Host.Failures;

namespace Terrace.Cli.Help;

/// <summary>What <c>--help</c> does: shows the help of its command, whatever else is wrong with the command line.</summary>
internal sealed class HelpPrinter(CliConsole console) : SynchronousCommandLineAction
{
    private const int MinWidth = 40;
    private const int MaxWidth = 100;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Print(parseResult.CommandResult.Command);
        return ExitCode.Ok;
    }

    /// <summary>Shows the help of a command, as wide as the terminal and no wider than can be read.</summary>
    public void Print(Command command) => Writer.Write(command);

    /// <summary>Shows one option of a command.</summary>
    public void Print(Command command, Option option) => Writer.Write(command, option);

    /// <summary>Shows a part of a command's description, by the heading of it.</summary>
    public void PrintBlock(Command command, string heading) => Writer.WriteBlock(command, heading);

    private HelpWriter Writer => new(console.Out, console.OutIsTerminal ? Math.Clamp(console.Width, MinWidth, MaxWidth) : MaxWidth);
}
