using System.CommandLine;
using System.CommandLine.Invocation;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Host.Daemon;
using Terrace.Host.Failures;

namespace Terrace.Cli.Help;

/// <summary>What <c>--version</c> does.</summary>
internal sealed class VersionPrinter(CliConsole console) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        console.Out.WriteLine(ProgramVersion.Text);
        return ExitCode.Ok;
    }
}
