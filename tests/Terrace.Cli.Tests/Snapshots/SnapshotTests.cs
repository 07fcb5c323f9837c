using System.CommandLine;
using Terrace.Cli.Help;
using Terrace.Cli.Layout;
using Terrace.Cli.Terminal;
using Terrace.Cli.Tiers;

namespace Terrace.Cli.Tests.Snapshots;

/// <summary>
/// What people and programs rely on at the command line: help of all commands, every shape of JSON, and files that outlive a run.
/// </summary>
public sealed class SnapshotTests
{
    private static readonly SnapshotFolder s_folder = SnapshotFolder.Of("tests/Terrace.Cli.Tests/Snapshots");

    private static readonly Dictionary<string, Func<string>> s_files = new(
        Tree(TerraceCommands.Create(new CliConsole(TextWriter.Null, TextWriter.Null))).Select(Help)
            .Concat(JsonShape.ContextsIn(typeof(TerraceCommands).Assembly).Select(Json))
            .Append(new("state-files.txt", StateFiles)));

    public static TheoryData<string> Names => [.. s_files.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_others_rely_on_is_as_it_was(string name) => s_folder.Check(name, s_files[name]());

    [Fact]
    public void Every_file_is_compared_with_something() => s_folder.CheckNames(s_files.Keys);

    private static KeyValuePair<string, Func<string>> Help(Command command)
    {
        string path = SymbolText.PathOf(command);
        return new($"help/{path.Replace(' ', '-')}.txt", () => CommandRun.Of([.. path.Split(' ').Skip(1), "--help"]).Out);
    }

    private static KeyValuePair<string, Func<string>> Json(Type context) => new($"json/{context.Name}.txt", () => JsonShape.Of(context));

    // A later version must read what this one left behind.
    private static string StateFiles()
    {
        string root = Directory.CreateTempSubdirectory("terrace-state-").FullName;
        try
        {
            LayoutStore layouts = new(Path.Join(root, LayoutStore.StandardFolder));
            layouts.Write("file-1", new LayoutState
            {
                Memory = "/dev/shm/x",
                IsGuest = false,
                Pages = 256,
                Phase = LayoutPhase.Moving,
                Command = "push --node 1",
                To = "0-256=1",
                Before = "0-256=0",
                Origin = "0-128=0,128-256=1",
                Policies = [new LayoutPolicy(0, 256, 1, [0])],
            });
            layouts.WritePoint("file-1", 128);
            new IsolationStore(root).Write(new IsolationRecord { FastNodes = "0", Groups = [new IsolationEntry("system.slice", "", "0")] });
            return string.Join('\n', Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select(file => $"{file[root.Length..]}\n{File.ReadAllText(file)}"));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static IEnumerable<Command> Tree(Command command) =>
        command.Subcommands.SelectMany(Tree).Prepend(command);
}
