using System.Text.RegularExpressions;

namespace Terrace.Architecture.Tests;

/// <summary>What the documentation says of where things are is so, and it leaves nothing out.</summary>
public sealed partial class RoomTests
{
    private const string Architecture = "docs/architecture.md";
    private const string Deprecation = "docs/deprecation.md";
    private const string Cli = "src/Terrace.Cli";

    [Fact]
    public void Every_command_and_every_room_of_the_command_line_is_in_the_table()
    {
        string[][] rows = [.. Rows(Repository.Read(Architecture), "command").Select(cells => cells[0..2])];

        // Another test compares these headings with the program.
        string[] commands = [.. CommandHeading().Matches(Repository.Read("docs/commands.md")).Select(match => match.Groups[1].Value)];
        Assert.NotEmpty(commands);
        Assert.Empty(commands.Except(rows.SelectMany(cells => Words(cells[0]))));
        string[] rooms = [.. rows.SelectMany(cells => Words(cells[1]))];
        Assert.All(rooms, room => Assert.True(Directory.Exists(Path.Combine(Repository.Root, Cli, room)), room));

        // Both are what commands share, and are named below the table.
        Assert.Equal(["CommandLine", "Terminal"], FoldersOf(Cli).Except(rooms));
    }

    [Fact]
    public void Every_folder_of_the_source_is_named()
    {
        string page = Repository.Read(Architecture);
        IEnumerable<string> folders = Layers.Projects.Keys.Where(project => project != "Terrace.Cli").Select(project => $"src/{project}")
            .SelectMany(project => FoldersOf(project).Select(folder => $"{project}/{folder}"));
        Assert.All(folders, folder => Assert.Contains(folder, page, StringComparison.Ordinal));
    }

    [Fact]
    public void Paths_that_the_documentation_names_exist() =>
        Assert.Empty(
            from page in MarkdownPage.All.Select(page => page.File).Except(["CHANGELOG.md"])
            from path in Missing(page, Repository.Read(page))
            select path);

    [Fact]
    public void A_path_that_is_not_there_is_found() =>
        Assert.Equal(
            ["a.md: src/Terrace.Core/No", "a.md: tests/*/No"],
            Missing("a.md", "`src/Terrace.Core/No`, `src/Terrace.Core/Units` `tests/*/Snapshots` `tests/*/No` `src/Terrace.X.csproj…`"));

    [Fact]
    public void What_is_stable_names_every_file_in_which_it_is_written_down()
    {
        string page = Repository.Read(Deprecation);
        string[] files = [.. Repository.FilesIn("tests", "*.txt").Where(file => file.Contains("/Snapshots/", StringComparison.Ordinal))];
        Assert.NotEmpty(files);

        // A folder stands for all that is in it.
        string[] named = [.. Words(page).Where(word => word.StartsWith("tests/", StringComparison.Ordinal))];
        Assert.All(files, file => Assert.Contains(named, name => Names(name, file)));
        Assert.All(named, name => Assert.Contains(files, file => Names(name, file)));
    }

    private static bool Names(string name, string file) =>
        file == name || (name.EndsWith('/') && file.StartsWith(name, StringComparison.Ordinal));

    private static IEnumerable<string> Missing(string page, string text) => PathInCode().Matches(text)
        .Select(match => match.Groups[1].Value)
        .Where(path => !Exists(Repository.Root, path.TrimEnd('/').Split('/')))
        .Select(path => $"{page}: {path}");

    private static bool Exists(string folder, string[] parts) => parts switch
    {
        [] => true,
        [var first, .. var rest] => Directory.Exists(folder)
            && Directory.EnumerateFileSystemEntries(folder, first).Any(entry => Exists(entry, rest)),
    };

    private static IEnumerable<string> FoldersOf(string project) => Repository.SourcesIn(project)
        .Select(file => file.Path[(project.Length + 1)..]).Where(path => path.Contains('/', StringComparison.Ordinal))
        .Select(path => path.Split('/')[0]).Distinct().Order(StringComparer.Ordinal);

    /// <summary>Cells of the rows of the table whose first column has this heading.</summary>
    private static IEnumerable<string[]> Rows(string page, string heading) => page.Split('\n')
        .SkipWhile(line => !line.StartsWith($"| {heading} |", StringComparison.Ordinal)).Skip(2)
        .TakeWhile(line => line.StartsWith('|'))
        .Select(line => line.Trim('|').Split('|'));

    /// <summary>What is inline code.</summary>
    private static IEnumerable<string> Words(string cell) => Code().Matches(cell).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"^## terrace (\w+)$", RegexOptions.Multiline)]
    private static partial Regex CommandHeading();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"`((?:src|tests|docs|packaging|lab-vm|benchmarks|fuzzing|dashboards|eng)/[\w.*/-]+)`")]
    private static partial Regex PathInCode();
}
