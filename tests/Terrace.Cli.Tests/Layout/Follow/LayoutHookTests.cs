using Microsoft.Extensions.Time.Testing;
using Terrace.Cli.Layout.Follow;
using Terrace.Host.Guests;

namespace Terrace.Cli.Tests.Layout.Follow;

public sealed class LayoutHookTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;
    private readonly List<string> _complaints = [];

    [Fact]
    public void Its_environment_is_what_the_host_said_in_numbers_and_where_programs_are()
    {
        Environment.SetEnvironmentVariable("SECRET_OF_THE_CALLER", "1");
        string file = Path.Combine(_folder, "environment");
        using LayoutHook hook = new($"env > '{file}'", "/run/layout.json", _complaints.Add);
        hook.Call(new LayoutMessage { Epoch = 7, Generation = 3 }, live: true);
        Assert.True(hook.Finish(TimeSpan.FromSeconds(20)));
        string[] names = [.. File.ReadAllLines(file).Select(line => line.Split('=')[0]).Except(["PWD", "OLDPWD", "SHLVL", "_"])];
        Assert.Empty(names.Except(["PATH", "LANG", "LC_ALL", "TERRACE_GENERATION", "TERRACE_EPOCH", "TERRACE_LIVE", "TERRACE_LAYOUT"]));
        Assert.Contains("TERRACE_GENERATION=3", File.ReadAllLines(file));
        Assert.Contains("PATH", names);
        Assert.Empty(_complaints);
    }

    [Fact]
    public void One_that_does_not_end_is_killed_with_what_it_started()
    {
        FakeTimeProvider time = new();
        string file = Path.Combine(_folder, "pid");
        using LayoutHook hook = new($"sleep 600 & echo $! > '{file}.new'; mv '{file}.new' '{file}'; wait", "/x", _complaints.Add, time);
        hook.Call(new LayoutMessage { Epoch = 7, Generation = 3 }, live: true);
        Assert.True(SpinWait.SpinUntil(() => File.Exists(file), TimeSpan.FromSeconds(20)));
        hook.Tick();
        Assert.Empty(_complaints);
        time.Advance(LayoutHook.Longest);
        hook.Tick();
        Assert.Contains("60 s", Assert.Single(_complaints), StringComparison.Ordinal);
        string started = "/proc/" + File.ReadAllText(file).Trim();
        Assert.True(
            SpinWait.SpinUntil(
                () => !Directory.Exists(started) || File.ReadAllText(started + "/stat").Contains(") Z ", StringComparison.Ordinal),
                TimeSpan.FromSeconds(20)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
