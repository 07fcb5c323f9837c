using System.Text.Json;
using Terrace.Cli;
using Terrace.Cli.Terminal;

namespace Terrace.Benchmarks.Guest;

/// <summary>
/// The very commands that a user gives, time after time in one process: memory in use brought together on one node and striped
/// over all, and a file of which nothing is allocated striped. The first turn pays for what a
/// new process pays: its code is compiled, and its libraries are loaded.
/// </summary>
internal static class LayoutStripes
{
    private const string EmptyFile = "/dev/shm/terrace-empty";
    private static readonly string[] s_common = ["--block", "256 pages", "--rate-limit", "100G"];

    public static int Run(string usedFile, int turns)
    {
        for (int turn = 0; turn < turns; turn++)
        {
            Command("push", usedFile, "--node", "0", "--rate-limit", "100G");
            Report("used", turn, Command(["stripe", usedFile, "--nodes", "0,1,2", .. s_common]));
            using (FileStream empty = new(EmptyFile, FileMode.CreateNew))
            {
                empty.SetLength(new FileInfo(usedFile).Length);
            }

            try
            {
                Report("empty", turn, Command(["stripe", EmptyFile, "--nodes", "0,1,2", .. s_common]));
            }
            finally
            {
                File.Delete(EmptyFile);
            }
        }

        return 0;
    }

    private static JsonElement Command(params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int exitCode = TerraceCommands.Run(["layout", .. args, "--json"], new CliConsole(output, error));
        return exitCode == 0
            ? JsonDocument.Parse(output.ToString()).RootElement
            : throw new InvalidOperationException($"{string.Join(' ', args)}: {exitCode}: {output} {error}");
    }

    private static void Report(string what, int turn, JsonElement report) =>
        Console.WriteLine(
            $"{what} {turn} {report.GetProperty("inUsePages").GetInt64()} {report.GetProperty("elsewherePages").GetInt64()} "
                + $"{report.GetProperty("milliseconds").GetRawText()}");
}
