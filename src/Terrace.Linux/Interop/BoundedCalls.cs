using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Terrace.Linux.Interop;

/// <summary>
/// Makes calls that wait for another process's memory lock (mmap_lock: reading its mappings or command line, clearing accessed
/// bits, moving pages), with a bound on the wait. Whoever holds that lock may be waiting for a file server that is dead, or that
/// does not mean to answer. Calls that do not return are left to their thread; until they do, their process is not asked again.
/// </summary>
/// <remarks>
/// The time that is waited so is paid for: a process that has taken half a second of it, and all processes of a user who has taken a
/// second, are not asked again before that is paid off, at a hundredth of the time. Root, who could do worse, pays by process only: one
/// that waits for a dead file server must not keep all of the host's services from being managed. A thread in such a call ends with the
/// program, except while it moves pages, which the kernel does not interrupt (mmap_read_lock in mm/migrate.c): a clear, which it does,
/// comes before each round's moves.
/// </remarks>
public sealed partial class BoundedCalls : IDisposable
{
    /// <summary>Calls that may be left at a time; with more, no process is asked that others wait with.</summary>
    public const int MostLeft = 48;

    /// <summary>A user's wait is paid off at this part of the time.</summary>
    private const double PaidOff = 0.01;

    private readonly Lock _gate = new();
    private readonly Dictionary<CallThread, LeftCall> _left = [];
    private readonly Dictionary<Payer, Debt> _debts = [];
    private readonly HashSet<int> _suspects = [];
    private readonly TimeSpan _patience;
    private readonly TimeSpan _littlePatience;
    private readonly TimeSpan _mostOfProcess;
    private readonly TimeSpan _mostOfUser;
    private volatile int _leftCount;
    private CallThread? _thread;
    private TimeSpan _spentByLeft;

    /// <summary>Calls that wait for longer are left; a test stands in with less.</summary>
    public BoundedCalls(TimeSpan? patience = null)
    {
        _patience = patience ?? TimeSpan.FromMilliseconds(400);
        _littlePatience = _patience / 8;
        _mostOfProcess = _patience * 1.25;
        _mostOfUser = _patience * 2.5;
    }

    /// <summary>Number of the thread that makes calls now (gettid(2)); null when there is none.</summary>
    public int? Thread => _thread?.Thread;

    /// <summary>Processor time of the threads that made calls, without what they use of it after they were left.</summary>
    public TimeSpan Spent
    {
        get
        {
            lock (_gate)
            {
                return _spentByLeft + (_thread?.Spent ?? TimeSpan.Zero);
            }
        }
    }

    /// <summary>How many are left now.</summary>
    public int LeftCount => _leftCount;

    /// <summary>True when no call is left and nobody has anything to pay off: the ordinary case.</summary>
    public bool IsQuiet => _leftCount == 0 && _debts.Count == 0;

    /// <summary>Calls that are left now; none in the steady state.</summary>
    public IReadOnlyList<LeftCall> Left
    {
        get
        {
            lock (_left)
            {
                return [.. _left.Values];
            }
        }
    }

    /// <summary>Processes that are not asked now: those of <see cref="Left"/>, and those that have waits to pay off.</summary>
    public IReadOnlyList<LeftCall> PutAside
    {
        get
        {
            IReadOnlyList<LeftCall> left = Left;
            lock (_gate)
            {
                return
                [
                    .. left,
                    .. _debts.Keys.ToList()
                        .Where(payer => DebtOf(payer) >= _mostOfProcess && payer.IsProcess)
                        .Select(payer => (int)payer.Number)
                        .Where(pid => !left.Any(call => call.Pid == pid))
                        .Select(pid => new LeftCall(pid, null, _debts[Payer.Of(pid)].At)),
                ];
            }
        }
    }

    /// <summary>Gives a process that had a call left before, under another instance of this program, little patience at first.</summary>
    public void Suspect(int pid) => _suspects.Add(pid);

    /// <summary>Reads an open file of the process until the buffer is full or it ends: bytes read, or minus the error number.</summary>
    public int Read(int pid, int descriptor, long position, Span<byte> buffer)
    {
        lock (_gate)
        {
            if (Refuses(pid))
            {
                return -Errno.ETIMEDOUT;
            }

            CallThread thread = ThreadWith(buffer.Length, out Span<byte> memory);
            int read = (int)Make(
                pid, new SystemCall(Libc.SYS_pread64, descriptor, thread.Address, buffer.Length, (nint)position) { ReadsOn = true });
            if (read > 0)
            {
                memory[..read].CopyTo(buffer);
            }

            return read;
        }
    }

    /// <summary>Writes to an open file of the process, with one call: bytes written, or minus the error number.</summary>
    public int Write(int pid, int descriptor, ReadOnlySpan<byte> text)
    {
        lock (_gate)
        {
            if (Refuses(pid))
            {
                return -Errno.ETIMEDOUT;
            }

            CallThread thread = ThreadWith(text.Length, out Span<byte> memory);
            text.CopyTo(memory);
            return (int)Make(pid, new SystemCall(Libc.SYS_pwrite64, descriptor, thread.Address, text.Length));
        }
    }

    /// <summary>
    /// Opens a file of the process, which the kernel may have wait for an execve(2) (mm_access, kernel/fork.c): the descriptor, or
    /// minus the error number. <paramref name="path"/> ends with NUL.
    /// </summary>
    public int Open(int pid, ReadOnlySpan<byte> path, int flags)
    {
        lock (_gate)
        {
            if (Refuses(pid))
            {
                return -Errno.ETIMEDOUT;
            }

            const int AT_FDCWD = -100;
            CallThread thread = ThreadWith(path.Length, out Span<byte> memory);
            path.CopyTo(memory);
            return (int)Make(pid, new SystemCall(Libc.SYS_openat, AT_FDCWD, thread.Address, flags | Libc.O_CLOEXEC));
        }
    }

    /// <summary>
    /// move_pages(2) as <see cref="Interop.MovePages"/> has it; without <paramref name="targetNodes"/> it asks where the pages are. Returns
    /// what the kernel does, or minus the error number. <paramref name="thread"/> is a thread of the process that leads to its memory.
    /// </summary>
    public int MovePages(int pid, int thread, ReadOnlySpan<ulong> addresses, ReadOnlySpan<int> targetNodes, Span<int> status, int flags)
    {
        lock (_gate)
        {
            if (Refuses(pid))
            {
                return -Errno.ETIMEDOUT;
            }

            int count = addresses.Length;
            CallThread caller = ThreadWith(count * (sizeof(ulong) + (2 * sizeof(int))), out Span<byte> memory);
            MemoryMarshal.AsBytes(addresses).CopyTo(memory);
            Span<int> nodes = MemoryMarshal.Cast<byte, int>(memory[(count * sizeof(ulong))..]);
            Span<int> answers = nodes[count..];
            targetNodes.CopyTo(nodes);
            status[..count].CopyTo(answers);
            nint nodesAt = caller.Address + (count * sizeof(ulong));
            int result = (int)Make(
                pid,
                new SystemCall(
                    Libc.SYS_move_pages,
                    thread,
                    count,
                    caller.Address,
                    targetNodes.IsEmpty ? 0 : nodesAt,
                    nodesAt + (count * sizeof(int)),
                    flags));
            if (result != -Errno.ETIMEDOUT)
            {
                answers[..count].CopyTo(status);
            }

            return result;
        }
    }

    /// <summary>
    /// process_vm_readv(2) of some ranges, whose bytes nobody needs: bytes read, or minus the error number. <paramref name="thread"/> as in
    /// <see cref="MovePages"/>.
    /// </summary>
    internal int ReadMemory(int pid, int thread, ReadOnlySpan<IoVector> ranges, int bytes)
    {
        lock (_gate)
        {
            if (Refuses(pid))
            {
                return -Errno.ETIMEDOUT;
            }

            int vectorBytes = (ranges.Length + 1) * Unsafe.SizeOf<IoVector>();
            CallThread caller = ThreadWith(vectorBytes + bytes, out Span<byte> memory);
            Span<IoVector> vectors = MemoryMarshal.Cast<byte, IoVector>(memory[..vectorBytes]);
            vectors[0] = IoVector.Of(caller.Address + vectorBytes, bytes);
            ranges.CopyTo(vectors[1..]);
            return (int)Make(
                pid,
                new SystemCall(
                    Libc.SYS_process_vm_readv, thread, caller.Address, 1, caller.Address + Unsafe.SizeOf<IoVector>(), ranges.Length, 0));
        }
    }

    /// <summary>process_madvise(2): bytes advised, or minus the error number.</summary>
    internal nint Advise(PidFd process, ReadOnlySpan<IoVector> ranges, int advice)
    {
        lock (_gate)
        {
            if (Refuses(process.Pid))
            {
                return -Errno.ETIMEDOUT;
            }

            CallThread thread = ThreadWith(ranges.Length * Unsafe.SizeOf<IoVector>(), out Span<byte> memory);
            MemoryMarshal.AsBytes(ranges).CopyTo(memory);
            return Make(
                process.Pid,
                new SystemCall(
                    Libc.SYS_process_madvise, process.DangerousGetHandle(), thread.Address, ranges.Length, advice, 0));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _thread?.End();
            _thread = null;
        }
    }

    /// <summary>True when the process has a call that is left or continues, or its user has waits to pay off.</summary>
    private bool Refuses(int pid)
    {
        if (_going.Count > 0 && _going.Exists(call => call.Pid == pid))
        {
            return true;
        }

        if (_leftCount == 0 && _debts.Count == 0)
        {
            return false;
        }

        lock (_left)
        {
            foreach (LeftCall call in _left.Values)
            {
                if (call.Pid == pid)
                {
                    return true;
                }
            }

            if (_left.Count >= MostLeft)
            {
                return true;
            }
        }

        return DebtOf(Payer.Of(pid)) >= _mostOfProcess
            || (ProcessUser.RealOf(pid) is { } user && DebtOf(Payer.OfUser(user)) >= _mostOfUser);
    }

    private CallThread ThreadWith(int bytes, out Span<byte> memory)
    {
        _thread ??= new CallThread(Returned);
        memory = _thread.Memory(bytes);
        return _thread;
    }

    private nint Make(int pid, in SystemCall call)
    {
        long since = Stopwatch.GetTimestamp();
        CallThread thread = _thread!;
        nint result = thread.Make(call, PatienceFor(pid));
        _thread = result == -Errno.ETIMEDOUT ? null : thread;
        return Settle(pid, thread, since, result);
    }

    private nint Settle(int pid, CallThread thread, long since, nint result)
    {
        if (thread.LastWait > TimeSpan.Zero)
        {
            Charge(Payer.Of(pid), thread.LastWait);
            if (ProcessUser.RealOf(pid) is > 0 and var user)
            {
                Charge(Payer.OfUser(user), thread.LastWait);
            }
        }

        if (result != -Errno.ETIMEDOUT)
        {
            if (_suspects.Count > 0)
            {
                _suspects.Remove(pid);
            }

            return result;
        }

        lock (_left)
        {
            // It may have returned already.
            if (!thread.HasEnded)
            {
                _left.Add(thread, new LeftCall(pid, ProcessUser.RealOf(pid), since));
                _leftCount = _left.Count;
            }
        }

        _spentByLeft += thread.Spent;
        return result;
    }

    private TimeSpan PatienceFor(int pid)
    {
        if (_suspects.Count == 0 && _debts.Count == 0)
        {
            return _patience;
        }

        bool hasWaited = DebtOf(Payer.Of(pid)) >= _patience / 2
            || (ProcessUser.RealOf(pid) is { } user && DebtOf(Payer.OfUser(user)) >= _patience / 2);
        return hasWaited || _suspects.Contains(pid) ? _littlePatience : _patience;
    }

    private void Charge(Payer payer, TimeSpan wait) =>
        _debts[payer] = new Debt(DebtOf(payer) + wait, Stopwatch.GetTimestamp());

    private TimeSpan DebtOf(Payer payer)
    {
        if (!_debts.TryGetValue(payer, out Debt debt))
        {
            return TimeSpan.Zero;
        }

        TimeSpan left = debt.Wait - (Stopwatch.GetElapsedTime(debt.At) * PaidOff);
        if (left > TimeSpan.Zero)
        {
            return left;
        }

        _debts.Remove(payer);
        return TimeSpan.Zero;
    }

    private void Returned(CallThread thread)
    {
        lock (_left)
        {
            _left.Remove(thread);
            _leftCount = _left.Count;
        }
    }

    /// <summary>Who pays for a wait: a process, or a user.</summary>
    private readonly record struct Payer(bool IsProcess, uint Number)
    {
        public static Payer Of(int pid) => new(IsProcess: true, (uint)pid);

        public static Payer OfUser(uint user) => new(IsProcess: false, user);
    }

    private readonly record struct Debt(TimeSpan Wait, long At);
}
