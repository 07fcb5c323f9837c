using Terrace.Host.Configuration;
using Terrace.Host.Control;
using Terrace.Host.Failures;

namespace Terrace.Host.Tests.Daemon.Requests;

public sealed class ReloadRequestTests : IDisposable
{
    private readonly RequestFixture _daemon = new();
    private readonly List<int> _followed = [];

    public ReloadRequestTests() => _daemon.Follow = configuration => _followed.Add(configuration.Rules.Count);

    public void Dispose() => _daemon.Dispose();

    [Fact]
    public async Task A_good_file_is_put_in_force_and_a_bad_one_changes_nothing()
    {
        Write("version: 1\nrules: [ { name: a, match: { user: x } } ]");
        Assert.Equal("configuration read again: 1 rule", (await ReloadAsync()).Done);
        Write("version: 1\nrulez: []");
        ControlResponse bad = await ReloadAsync();
        Assert.Equal(ExitCode.BadConfiguration, bad.ExitCode);
        Assert.Contains("rulez", bad.Problem, StringComparison.Ordinal);
        Assert.Equal([1], _followed);

        // Why is for those who may read the file.
        Assert.Contains("rulez", (await StatusAsync(RequestFixture.Root)).ReloadProblem, StringComparison.Ordinal);
        Assert.DoesNotContain("rulez", (await StatusAsync(RequestFixture.Stranger)).ReloadProblem!, StringComparison.Ordinal);
        Write("version: 1");
        Assert.True((await ReloadAsync()).Ok);
        Assert.Null((await StatusAsync(RequestFixture.Root)).ReloadProblem);
        Assert.Equal([1, 0], _followed);
    }

    [Fact]
    public async Task Tiers_that_the_machine_does_not_have_change_nothing_and_a_dry_run_says_so()
    {
        Write("version: 1\nhost: { tiers: 0/7 }");
        ControlResponse bad = await ReloadAsync();
        Assert.Equal(ExitCode.BadConfiguration, bad.ExitCode);
        Assert.Contains(":2: host.tiers: there is no node 7", bad.Problem, StringComparison.Ordinal);
        Assert.Contains(":2: host.tiers: there is no node 7", (await TryAsync()).Problem, StringComparison.Ordinal);
        Assert.Empty(_followed);
    }

    [Fact]
    public async Task A_dry_run_says_what_would_change_and_changes_nothing()
    {
        _daemon.InForce = ConfigurationFile.Parse("f", "rules: [ { name: a, match: { user: x } } ]", out _)!;
        Write("host: { cpu-limit: 5% }\nrules: [ { name: a, match: { user: x }, fast: 40% } ]");
        Assert.Equal(
            [
                $"~ host.cpu-limit: 3% -> 5% ({_daemon.ConfigurationPath}:1)",
                $"~ rule a: fast: auto -> 40% ({_daemon.ConfigurationPath}:2)",
            ],
            (await TryAsync()).Changes!);
        Write("rules: [ { name: a, match: { user: x } } ]");
        Assert.Empty((await TryAsync()).Changes!);
        Write("rulez: []");
        ControlResponse bad = await TryAsync();
        Assert.Equal(ExitCode.BadConfiguration, bad.ExitCode);
        Assert.StartsWith("the configuration would be refused: ", bad.Problem, StringComparison.Ordinal);
        Assert.Empty(_followed);
        Assert.Null((await StatusAsync(RequestFixture.Root)).ReloadProblem);
    }

    [Fact]
    public async Task Thousands_of_equal_rules_are_refused_in_few_words()
    {
        Write("rules:\n" + string.Concat(Enumerable.Range(0, 3000).Select(i => $"- {{ name: r{i}, match: {{ user: x }} }}\n")));
        ControlResponse bad = await ReloadAsync();
        Assert.InRange(bad.Problem!.Length, 100, 10_000);
        Assert.Contains("; and 2979 more", bad.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_while_it_is_put_in_force_is_answered_and_the_next_reload_is_done()
    {
        Write("version: 1");
        Action<DaemonConfiguration> follow = _daemon.Follow;
        _daemon.Follow = _ => throw new InvalidOperationException("for the test");
        Assert.Equal(ExitCode.Internal, (await ReloadAsync()).ExitCode);
        _daemon.Follow = follow;
        Assert.True((await ReloadAsync()).Ok);
    }

    private void Write(string text) => File.WriteAllText(_daemon.ConfigurationPath, text);

    private Task<ControlResponse> TryAsync() =>
        _daemon.AskAsync(new ControlRequest { Command = ControlCommand.Reload, DryRun = true }, RequestFixture.Root);

    private Task<ControlResponse> ReloadAsync() =>
        _daemon.AskAsync(new ControlRequest { Command = ControlCommand.Reload }, RequestFixture.Root);

    private async Task<DaemonStatus> StatusAsync(Host.Daemon.PeerIdentity peer) =>
        (await _daemon.AskAsync(new ControlRequest { Command = ControlCommand.Status }, peer)).Status!;
}
