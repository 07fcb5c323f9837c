namespace Terrace.Host.Loop;

/// <summary>The one thread that tiering runs on, as other threads see it.</summary>
internal interface ILoopThread
{
    /// <summary>
    /// Has work done by that thread, between two of its steps, and in the order in which it was asked for. What follows an await of the
    /// result is not on that thread any more. For any thread but that one, which would wait for itself.
    /// </summary>
    Task<T> RunAsync<T>(Func<T> work);
}
