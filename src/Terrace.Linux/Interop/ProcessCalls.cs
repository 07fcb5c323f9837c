namespace Terrace.Linux.Interop;

/// <summary>
/// Calls about one process that wait for its memory lock: with a bound where there is one (<see cref="BoundedCalls"/>, whose error
/// is ETIMEDOUT), else for as long as they take.
/// </summary>
/// <param name="pid">The process.</param>
/// <param name="bounded">Makes them; null: the calling thread does.</param>
/// <param name="process">Pins the process: its files and memory are reached through a thread that has not ended.</param>
internal sealed class ProcessCalls(int pid, BoundedCalls? bounded, PidFd? process = null)
{
    /// <summary>About a pinned process.</summary>
    public ProcessCalls(PidFd process, BoundedCalls? bounded)
        : this(process.Pid, bounded, process)
    {
    }

    private int Thread => process?.Thread ?? pid;

    /// <summary>Without a bound: of files that are no process's, as captured ones.</summary>
    public static ProcessCalls Direct { get; } = new(0, bounded: null);

    /// <summary>
    /// Opens a file for reading: the descriptor, or minus the error number; <paramref name="path"/> ends with NUL. A file of the pinned
    /// process's folder is that of the thread which leads to its memory.
    /// </summary>
    public int OpenRead(ReadOnlySpan<byte> path)
    {
        if (process is not null && process.Thread != pid)
        {
            Span<byte> folder = stackalloc byte[BriefFile.PathBytes];
            ReadOnlySpan<byte> own = BriefFile.PathOf(pid, default, folder)[..^1];
            if (path.StartsWith(own) && path.Length - own.Length < BriefFile.PathBytes / 2)
            {
                Span<byte> room = stackalloc byte[BriefFile.PathBytes];
                return Open(BriefFile.PathOf(process, path[own.Length..^1], room));
            }
        }

        return Open(path);
    }

    /// <summary>
    /// Reads, with a bound until the buffer is full or the file ends, else once: bytes read (0 at the end), or minus the error number.
    /// </summary>
    public int Read(int descriptor, long position, Span<byte> buffer) =>
        bounded?.Read(pid, descriptor, position, buffer) ?? LinuxFile.Read(descriptor, position, buffer);

    /// <summary>
    /// Writes from the start, with one call: bytes written, or minus the error number; -EINPROGRESS when that continues
    /// (<see cref="BoundedCalls.BeginWrite"/>).
    /// </summary>
    public int BeginWrite(BriefFile file, ReadOnlySpan<byte> text, out OngoingCall? going)
    {
        going = null;
        return file.Error != 0 ? -file.Error : bounded?.BeginWrite(pid, file.Descriptor, text, out going) ?? file.Write(text);
    }

    /// <inheritdoc cref="BoundedCalls.Continue"/>
    public int Continue(OngoingCall going, out TimeSpan took) => bounded!.Continue(going, out took);

    /// <inheritdoc cref="BoundedCalls.Abandon"/>
    public void Abandon(OngoingCall going) => bounded!.Abandon(going);

    /// <summary>How long may be worked on one process at a time; null: until it is done.</summary>
    public TimeSpan? Part => bounded?.Grace;

    /// <summary>Takes a place for what takes long (<see cref="LongWork"/>); false: later.</summary>
    public bool TryBeginLong() => bounded?.LongWork.TryEnter(pid) != false;

    /// <summary>Gives it back; <paramref name="took"/> as <see cref="LongWork.Leave"/> has it.</summary>
    public void EndLong(TimeSpan took = default) => bounded?.LongWork.Leave(pid, took);

    /// <summary>As <see cref="MovePages.Query"/>.</summary>
    public int Query(ReadOnlySpan<ulong> addresses, Span<int> nodes) => MovePages.Query(Thread, addresses, nodes, bounded, pid);

    /// <summary>As <see cref="MovePages.Move"/>.</summary>
    public int Move(ReadOnlySpan<ulong> addresses, ReadOnlySpan<int> targetNodes, Span<int> status, int flags) =>
        MovePages.Move(Thread, addresses, targetNodes, status, flags, bounded, pid);

    /// <summary>As <see cref="RemoteRead.Touch"/>.</summary>
    public int Touch(ReadOnlySpan<ulong> addresses, int times = 1) => RemoteRead.Touch(Thread, addresses, times, bounded, pid);

    /// <summary>As <see cref="MemoryAdvice.MakeCold"/>.</summary>
    public int MakeCold(PidFd process, Span<ulong> pages) => MemoryAdvice.MakeCold(process, pages, bounded);

    /// <summary>process_madvise(2): bytes advised, or minus the error number.</summary>
    public unsafe nint Advise(PidFd process, ReadOnlySpan<IoVector> ranges, int advice)
    {
        if (bounded is not null)
        {
            return bounded.Advise(process, ranges, advice);
        }

        fixed (IoVector* first = ranges)
        {
            return new SystemCall(Libc.SYS_process_madvise, process.DangerousGetHandle(), (nint)first, ranges.Length, advice).Perform();
        }
    }

    private int Open(ReadOnlySpan<byte> path) =>
        bounded?.Open(pid, path, Libc.O_RDONLY) ?? LinuxFile.OpenDescriptor(path, Libc.O_RDONLY);
}
