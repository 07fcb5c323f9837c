using System.Text.Json;
using Terrace.Cli.Terminal;
using Terrace.Host.Failures;

namespace Terrace.Cli.Tests;

/// <summary>One command line run in this process, without a terminal.</summary>
internal sealed record CommandRun(int ExitCode, string Out, string Error)
{
    public static CommandRun Of(params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int exitCode = TerraceCommands.Run(args, new CliConsole(output, error));
        return new CommandRun(exitCode, output.ToString(), error.ToString());
    }

    public IReadOnlyList<JsonElement> Lines() =>
        [.. Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    public static IReadOnlyList<string> NamesOf(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];
}
