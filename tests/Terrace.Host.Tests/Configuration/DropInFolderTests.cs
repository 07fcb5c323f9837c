using Terrace.Host.Configuration;
using Terrace.Host.Files;

namespace Terrace.Host.Tests.Configuration;

public sealed class DropInFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-conf-").FullName;
    private readonly string _main;

    public DropInFolderTests()
    {
        _main = Path.Combine(_folder, "terrace.yaml");
        Write("terrace.yaml", "defaults: { weight: 7 }\nrules:\n- { name: main, match: { user: a } }\n");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Rules_of_the_main_file_come_first_then_those_of_the_folder_by_name()
    {
        Write("conf.d/20-b.yaml", "version: 1\nrules:\n- { name: b, match: { user: b }, weight: 9 }\n");
        Write("conf.d/10-z.yaml", "rules:\n- { name: z, match: { user: z } }\n");
        Write("conf.d/9.yaml", "# none yet\n");
        Write("conf.d/.30-c.yaml.swp", "[");
        Write("conf.d/.40.yaml", "[");
        Write("conf.d/README", "[");
        DaemonConfiguration? read = ConfigurationFile.Load(_main, out IReadOnlyList<ConfigurationProblem> problems);
        Assert.Empty(problems);
        Assert.Equal(["main", "z", "b"], read!.Rules.Select(rule => rule.Name));
        Assert.Equal([7, 7, 9], read.Rules.Select(rule => rule.Weight));
        Assert.Equal(["terrace.yaml", "10-z.yaml", "20-b.yaml"], read.Rules.Select(rule => Path.GetFileName(rule.File)));
        Assert.Equal([3L, 2L, 3L], read.Rules.Select(rule => rule.Line));
    }

    [Fact]
    public void What_is_wrong_in_a_file_of_the_folder_names_that_file()
    {
        Write("terrace.yaml", "rules:\n- { name: main, match: { user: a }, fast: much }\n");
        Write("conf.d/a.yaml", "host: { scans: 5 }\nrules:\n- { name: main, match: { user: x } }\n- { name: c, match: { user: a } }\n");
        Assert.Null(ConfigurationFile.Load(_main, out IReadOnlyList<ConfigurationProblem> problems));
        string other = Path.Combine(_folder, "conf.d/a.yaml");
        Assert.Equal(
            [
                $"{_main}:2: rules[0].fast: 'much' is neither a percentage nor a size — write for example 40%, 2G or auto",
                $"{other}:1: host: belongs in the main file — move it to {_main}; files of conf.d have rules only",
                $"{other}:3: rules[0].name: 'main' is also the name of the rule in {_main}:2 — give each rule its own name",
                $"{other}:4: rules[1].match: matches the same processes as the rule in {_main}:2, which comes first: it would never apply"
                    + " — merge the two, or make one of them narrower",
            ],
            problems.Select(problem => problem.ToString()));
    }

    [Fact]
    public void What_looks_like_rules_but_is_not_read_is_named()
    {
        Write("conf.d/a.yml", "rules: []\n");
        Write("conf.d/b.YAML", "rules: []\n");
        Write("conf.d/c.json", "{}\n");
        Write("conf.d/d.yaml~", "rules: []\n");
        Directory.CreateDirectory(Path.Combine(_folder, "conf.d/e.yaml"));
        System.Diagnostics.Process.Start("mkfifo", [Path.Combine(_folder, "conf.d/f.yaml")]).WaitForExit();
        Assert.Null(ConfigurationFile.Load(_main, out IReadOnlyList<ConfigurationProblem> problems));
        Assert.Equal(
            [
                "a.yml: is not read: names of files with rules end in .yaml", "b.YAML: is not read: names of files with rules end in .yaml",
                "c.json: is not read: names of files with rules end in .yaml", "e.yaml: is a folder", "f.yaml: is a pipe or a socket",
            ],
            problems.Select(problem => $"{Path.GetFileName(problem.File)}: {problem.Problem.What}"));
    }

    [Fact]
    public void An_unknown_key_offers_what_such_a_file_may_have()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "conf.d"));
        File.WriteAllText(_main, "");
        File.WriteAllText(Path.Combine(_folder, "conf.d/x.yaml"), "foreign: 1\n");
        Assert.Null(ConfigurationFile.Load(_main, out IReadOnlyList<ConfigurationProblem> problems));
        Assert.Equal("there are version, rules", Assert.Single(problems).Problem.Fix);
    }

    [Fact]
    public void A_pipe_is_waited_for_by_nobody()
    {
        File.Delete(_main);
        System.Diagnostics.Process.Start("mkfifo", [_main]).WaitForExit();
        Assert.Null(ConfigurationFile.Load(_main, out IReadOnlyList<ConfigurationProblem> problems));
        Assert.Equal("is a pipe or a socket", Assert.Single(problems).Problem.What);
    }

    [Fact]
    public void A_daemon_that_runs_does_not_wait_for_a_pipe()
    {
        File.Delete(_main);
        System.Diagnostics.Process.Start("mkfifo", [_main]).WaitForExit();
        Assert.Null(ConfigurationFile.Load(_main, out IReadOnlyList<ConfigurationProblem> problems, mayWait: false));
        Assert.Equal("is a pipe or a socket", Assert.Single(problems).Problem.What);
    }

    [Fact]
    public void A_file_that_is_no_yaml_is_named_whatever_the_others_are()
    {
        Write("terrace.yaml", "rules: *x\n");
        Write("conf.d/a.yaml", "rules:\n\t- x\n");
        Assert.Null(ConfigurationFile.Load(_main, out IReadOnlyList<ConfigurationProblem> problems));
        Assert.Equal(["terrace.yaml", "a.yaml"], problems.Select(problem => Path.GetFileName(problem.File)));
        Assert.Equal([1L, 2L], problems.Select(problem => problem.Line));
    }

    [Fact]
    public void One_file_that_is_no_yaml_does_not_hide_what_is_wrong_in_others()
    {
        Write("terrace.yaml", "defaults: { weight: heavy }\nrules:\n- { name: main, match: { user: a } }\n");
        Write("conf.d/a.yaml", "rules:\n- { name: main, match: { user: b }, fast: much }\n");
        Write("conf.d/b.yaml", "rules: [\n");
        Write("conf.d/c.yaml", "rules:\n- { name: c, match: { usr: x } }\n");
        Assert.Null(ConfigurationFile.Load(_main, out IReadOnlyList<ConfigurationProblem> problems));
        Assert.Equal(
            ["terrace.yaml:1", "a.yaml:2", "a.yaml:2", "b.yaml:1", "c.yaml:2"],
            problems.Select(problem => $"{Path.GetFileName(problem.File)}:{problem.Line}"));

        Write("terrace.yaml", "rules: [\n");
        Assert.Null(ConfigurationFile.Load(_main, out problems));
        Assert.Equal(
            ["terrace.yaml:1", "a.yaml:2", "b.yaml:1", "c.yaml:2"],
            problems.Select(problem => $"{Path.GetFileName(problem.File)}:{problem.Line}"));
    }

    [Fact]
    public void A_file_in_the_place_of_the_folder_is_a_problem()
    {
        Write("conf.d", "");
        Assert.Null(ConfigurationFile.Load(_main, out IReadOnlyList<ConfigurationProblem> problems));
        Assert.EndsWith(
            "conf.d: is not a folder — it has files with more rules, or is not there",
            Assert.Single(problems).ToString(),
            StringComparison.Ordinal);
    }

    private void Write(string path, string text)
    {
        path = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
