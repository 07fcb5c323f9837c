using System.IO.MemoryMappedFiles;

namespace Terrace.Fuzz.Feeding;

/// <summary>
/// What the process that runs inputs writes down for the one that watches it, in a file that both map: how many there were, and
/// the one that runs now, so that it is not lost when it brings the process down.
/// </summary>
internal sealed unsafe class FeedRecord : IDisposable
{
    private const int HeaderBytes = 24;
    private const int MaxInputBytes = 1 << 20;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _memory;

    /// <summary>Maps it; it is made when there is none.</summary>
    public FeedRecord(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, mapName: null, HeaderBytes + MaxInputBytes);
        _view = _file.CreateViewAccessor();
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _memory);
    }

    /// <summary>Inputs that have begun, without those that are the same bytes as the one before.</summary>
    public long Inputs
    {
        get => Volatile.Read(ref *(long*)_memory);
        private set => Volatile.Write(ref *(long*)_memory, value);
    }

    /// <summary>Runs that have begun, repeated ones too.</summary>
    public long Runs
    {
        get => Volatile.Read(ref *(long*)(_memory + 8));
        private set => Volatile.Write(ref *(long*)(_memory + 8), value);
    }

    /// <summary>An input is running.</summary>
    public bool IsRunning
    {
        get => Volatile.Read(ref *(int*)(_memory + 16)) != 0;
        private set => Volatile.Write(ref *(int*)(_memory + 16), value ? 1 : 0);
    }

    /// <summary>The input that runs, or ran last.</summary>
    public ReadOnlySpan<byte> Input => new(_memory + HeaderBytes, *(int*)(_memory + 20));

    /// <summary>An input begins.</summary>
    public void Begin(ReadOnlySpan<byte> input)
    {
        // afl-fuzz runs what found something a few times more, to see whether it always does the same: that is no further input.
        if (!input.SequenceEqual(Input) || Runs == 0)
        {
            Inputs++;
            *(int*)(_memory + 20) = input.Length;
            input.CopyTo(new Span<byte>(_memory + HeaderBytes, MaxInputBytes));
        }

        Runs++;
        IsRunning = true;
    }

    /// <summary>It has ended, however.</summary>
    public void End() => IsRunning = false;

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
