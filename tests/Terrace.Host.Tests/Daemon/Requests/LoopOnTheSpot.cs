using Terrace.Host.Loop;

namespace Terrace.Host.Tests.Daemon.Requests;

/// <summary>Stands in for the loop's thread where a test has no other: work is done at once.</summary>
internal sealed class LoopOnTheSpot : ILoopThread
{
    public Task<T> RunAsync<T>(Func<T> work) => Task.FromResult(work());
}
