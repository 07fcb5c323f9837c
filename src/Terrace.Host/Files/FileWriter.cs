namespace Terrace.Host.Files;

/// <summary>
/// Writes one file whenever its text changes, off the thread that asks: each text whole, one after the other, in the order in which they
/// were asked for.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="write">Writes a text to a path; <see cref="AtomicFile.Write(string, string)"/> unless a test stands in.</param>
internal sealed class FileWriter(string path, Action<string, string>? write = null) : IDisposable
{
    /// <summary>A disk that does not answer must not keep the program from ending: what is left then is the file as it was.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly Action<string, string> _write = write ?? AtomicFile.Write;
    private readonly Lock _gate = new();
    private Task _last = Task.CompletedTask;

    /// <summary>
    /// Asks for a text to be written; the task ends when it is on the disk, or with the <see cref="Failures.CommandFailure"/> that says why
    /// it is not.
    /// </summary>
    public Task WriteAsync(string text)
    {
        lock (_gate)
        {
            // Whether the one before could be written or not. At most one thread waits for the disk, however many texts wait for it.
            _last = _last.ContinueWith(
                _ => _write(path, text), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return _last;
        }
    }

    /// <summary>Waits a while for what was asked for.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            Task.WaitAny([_last], s_patience);
        }
    }
}
