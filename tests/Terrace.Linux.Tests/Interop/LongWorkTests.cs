using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Tests.Interop;

public sealed class LongWorkTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly LongWork _places;
    private readonly List<Process> _sleepers = [];

    public LongWorkTests() => _places = new LongWork(_time);

    [Fact]
    public void A_user_rests_after_what_took_a_thread_long_and_root_does_not()
    {
        if (!EffectiveUser.IsRoot)
        {
            Assert.Skip("processes of several users are needed");
        }

        int first = NewSleeper(1000);
        int roots = NewSleeper(0);
        Assert.True(_places.TryEnter(first));
        _places.Leave(first);
        Assert.True(_places.TryEnter(first));
        _places.Leave(first, TimeSpan.FromSeconds(2));
        Assert.False(_places.TryEnter(first));
        Assert.False(_places.TryEnter(NewSleeper(1000)));
        Assert.True(_places.TryEnter(NewSleeper(1001)));
        _time.Advance(TimeSpan.FromSeconds(5.9));
        Assert.False(_places.TryEnter(first));
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.True(_places.TryEnter(first));
        Assert.True(_places.TryEnter(roots));
        _places.Leave(roots, TimeSpan.FromSeconds(2));
        Assert.True(_places.TryEnter(roots));
    }

    [Fact]
    public void One_process_of_a_user_has_a_place_and_takes_none_of_roots()
    {
        if (!EffectiveUser.IsRoot)
        {
            Assert.Skip("processes of several users are needed");
        }

        int first = NewSleeper(1000);
        int second = NewSleeper(1000);
        Assert.True(_places.TryEnter(first));
        Assert.True(_places.TryEnter(first));
        Assert.False(_places.TryEnter(second));
        for (uint user = 1001; user < 1000 + LongWork.Places; user++)
        {
            Assert.True(_places.TryEnter(NewSleeper(user)));
        }

        Assert.False(_places.TryEnter(NewSleeper(2000)));
        for (int i = 0; i < LongWork.Places; i++)
        {
            Assert.True(_places.TryEnter(NewSleeper(0)));
        }

        Assert.False(_places.TryEnter(NewSleeper(0)));
        _places.Leave(first);
        Assert.True(_places.TryEnter(second));
    }

    [Fact]
    public void One_that_has_ended_needs_none()
    {
        int pid = NewSleeper(0);
        _sleepers[^1].Kill();
        _sleepers[^1].WaitForExit();
        for (int i = 0; i < 10; i++)
        {
            Assert.True(_places.TryEnter(pid));
        }
    }

    public void Dispose()
    {
        foreach (Process sleeper in _sleepers)
        {
            sleeper.Kill();
            sleeper.Dispose();
        }
    }

    private int NewSleeper(uint user)
    {
        _sleepers.Add(
            user == 0
                ? Process.Start("sleep", "600")
                : Process.Start("setpriv", ["--reuid", $"{user}", "--clear-groups", "sleep", "600"]));
        int pid = _sleepers[^1].Id;
        Assert.True(SpinWait.SpinUntil(() => ProcessUser.RealOf(pid) == (EffectiveUser.IsRoot ? user : ProcessUser.RealOf(pid)), 20_000));
        return pid;
    }
}
