using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Terrace.Architecture.Tests;

public sealed partial class DocsTests
{
    private const string Commands = "docs/commands.md";
    private const string Outputs = "docs/outputs.md";

    private static IEnumerable<string> Pages =>
        Directory.EnumerateFiles(Repository.Root, "*.md")
            .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Repository.Root, path));

    private static IEnumerable<string> Records =>
        Directory.GetFiles(Path.Combine(Repository.Root, "docs/decisions"), "0*.md").Select(Path.GetFileName).OfType<string>();

    [Fact]
    public void Links_between_pages_lead_somewhere() => Assert.Empty(Pages.SelectMany(page => BrokenLinks(page, Repository.Read(page))));

    [Fact]
    public void Broken_links_are_found() =>
        Assert.Equal(
            ["docs/a.md: no-such-page.md", "docs/a.md: commands.md#no-such-heading"],
            BrokenLinks(
                "docs/a.md",
                "[a](no-such-page.md) [b](commands.md#no-such-heading) [c](commands.md#exit-codes) [d](https://example.org/)"));

    [Fact]
    public void The_list_of_decisions_is_complete()
    {
        string list = Repository.Read("docs/decisions/README.md");
        Assert.All(Records, record => Assert.Contains($"]({record})", list, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_decision_says_what_was_chosen_why_and_last_what_would_change_it() =>
        Assert.All(Records, record => Assert.Matches(DecisionForm(), Repository.Read($"docs/decisions/{record}")));

    [Fact]
    public void Every_command_and_option_is_described()
    {
        string page = Repository.Read(Commands);
        List<string> missing = [];
        foreach (string command in CommandName().Matches(Help()).Select(match => match.Groups[1].Value))
        {
            string? section = Section(page, $"## terrace {command}");
            IEnumerable<string> options = OptionName()
                .Matches(Help(command))
                .Select(match => match.Groups[1].Value)
                .Except(["--help", "--version"]);
            missing.AddRange(
                section is null
                    ? [command]
                    : options.Where(option => !section.Contains(option, StringComparison.Ordinal)).Select(option => $"{command} {option}"));
        }

        Assert.Empty(missing);
    }

    [Fact]
    public void The_index_has_every_page()
    {
        string index = Repository.Read("docs/README.md");
        Assert.All(
            Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md").Select(Path.GetFileName).Where(page => page != "README.md"),
            page => Assert.Contains($"]({page})", index, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_command_has_a_sample_of_what_it_prints()
    {
        string[] samples = [.. Sample().Matches(Repository.Read(Outputs)).Select(match => match.Groups[1].Value)];
        Assert.All(
            CommandName().Matches(Help()).Select(match => match.Groups[1].Value),
            command => Assert.Contains(samples, sample => sample.Contains($"terrace {command}", StringComparison.Ordinal)));
    }

    [Fact]
    public void Samples_on_the_page_are_those_that_the_script_makes()
    {
        string script = Repository.Read("lab-vm/guest/sample-outputs.sh") + Repository.Read("eng/sample-outputs");
        Assert.Equal(
            SampleMade().Matches(script).Select(match => match.Groups[1].Value).Order(),
            SampleName().Matches(Repository.Read(Outputs)).Select(match => match.Groups[1].Value).Order());
    }

    [Fact]
    public void Every_command_that_is_described_exists()
    {
        string[] commands = [.. CommandName().Matches(Help()).Select(match => match.Groups[1].Value)];
        IEnumerable<string> described = CommandHeading().Matches(Repository.Read(Commands)).Select(match => match.Groups[1].Value);
        Assert.Equal(commands.Order(), described.Order());
    }

    [Fact]
    public void Every_exit_code_is_described()
    {
        string section = Section(Repository.Read(Commands), "## Exit codes")!;
        IEnumerable<int> codes = Assembly.Load("Terrace.Host")
            .GetType("Terrace.Host.Failures.ExitCode")!.GetFields()
            .Where(field => field.IsLiteral)
            .Select(field => (int)field.GetRawConstantValue()!);
        Assert.All(codes, code => Assert.Contains($"| {code} |", section, StringComparison.Ordinal));
    }

    /// <summary>The text from a heading to the next of its level.</summary>
    private static string? Section(string page, string heading)
    {
        int start = ("\n" + page).IndexOf("\n" + heading + "\n", StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        int end = page.IndexOf("\n## ", start + heading.Length, StringComparison.Ordinal);
        return end < 0 ? page[start..] : page[start..end];
    }

    private static IEnumerable<string> BrokenLinks(string page, string text)
    {
        foreach (
            string target in Link()
                .Matches(text)
                .Select(match => match.Groups[1].Value)
                .Where(target => !target.Contains("://", StringComparison.Ordinal)))
        {
            string[] parts = target.Split('#');
            string path = parts[0].Length == 0 ? page : Path.Combine(Path.GetDirectoryName(page)!, parts[0]);
            string full = Path.GetFullPath(Path.Combine(Repository.Root, path));
            bool exists = File.Exists(full) || Directory.Exists(full);
            bool headingExists = parts.Length == 1
                || (exists && Heading().Matches(File.ReadAllText(full)).Any(match => Slug(match.Groups[1].Value) == parts[1]));
            if (!exists || !headingExists)
            {
                yield return $"{page}: {target}";
            }
        }
    }

    /// <summary>A heading's anchor as Git hosting sites make it.</summary>
    private static string Slug(string heading) =>
        new([.. heading.ToLowerInvariant().Replace(' ', '-').Where(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_')]);

    private static string Help(params string[] command)
    {
        ProcessStartInfo start = new(
            Path.Combine(AppContext.BaseDirectory, "terrace"), [.. command, "--help"])
        { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return text;
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+\s+(.+?)\s*$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    // Its title, what was chosen and why first; nothing in bold after what would change it.
    [
        GeneratedRegex(
            @"^# \d{4} .+\n\n\*\*Chosen\.\*\* [\s\S]+\n\n\*\*Why\.\*\* [\s\S]+\n\n\*\*What would change it\.\*\* (?![\s\S]*\n\*\*)"),
    ]
    private static partial Regex DecisionForm();

    // What stands between the markers, with the command line first.
    [GeneratedRegex(@"^<!-- output [a-z-]+ -->\n```\n\$ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex("^<!-- output ([a-z-]+) -->$", RegexOptions.Multiline)]
    private static partial Regex SampleName();

    [GeneratedRegex(@"(?:^show (?:-\d+ )?|>""?\$out(?:puts)?""?/)([a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex SampleMade();

    [GeneratedRegex(@"^## terrace (\w+)$", RegexOptions.Multiline)]
    private static partial Regex CommandHeading();

    // A line of the list of commands: the first of a group begins with the group's name, and a summary follows.
    [GeneratedRegex(@"^(?:[A-Z][a-z]+)? +([a-z]+)  +[A-Z]", RegexOptions.Multiline)]
    private static partial Regex CommandName();

    [GeneratedRegex(@"^  (?:-\S+, )*(--[a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex OptionName();
}
