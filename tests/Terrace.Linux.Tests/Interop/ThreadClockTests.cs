using System.Diagnostics;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Tests.Interop;

public sealed class ThreadClockTests
{
    [Fact]
    public void What_another_thread_takes_is_its_own_and_asked_for_from_here()
    {
        using ManualResetEventSlim done = new();
        using ManualResetEventSlim end = new();
        ThreadClock own = ThreadClock.OfThisThread;
        TimeSpan before = own.Spent!.Value;
        ThreadClock? other = null;
        Thread busy = new(() =>
        {
            other = ThreadClock.OfThisThread;
            while (other.Spent < TimeSpan.FromMilliseconds(200))
            {
                // Takes time.
            }

            done.Set();
            end.Wait(CancellationToken.None);
        });
        busy.Start();
        Assert.True(done.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.InRange(other!.Spent!.Value.TotalMilliseconds, 200, 60_000);
        Assert.InRange((own.Spent!.Value - before).TotalMilliseconds, 0, 100);
        end.Set();
        busy.Join();
        Assert.True(SpinWait.SpinUntil(() => other.Spent is null, TimeSpan.FromSeconds(20)));
    }
}
