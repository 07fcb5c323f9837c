using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Tests.Interop;

/// <summary>
/// Opening a pipe that nobody writes to stands for what waits for a process's memory lock: both sleep in the kernel until somebody else
/// does something. The processes are real ones, and so are their users.
/// </summary>
public sealed class BoundedCallsTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly BoundedCalls _calls = new(s_patience);
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;
    private readonly List<Door> _doors = [];
    private readonly List<Process> _sleepers = [];

    [Fact]
    public void A_call_that_returns_gives_what_the_kernel_gave()
    {
        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, [.. Enumerable.Range(0, 200_000).Select(i => (byte)i)]);
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        int descriptor = (int)file.DangerousGetHandle();
        byte[] buffer = new byte[150_000];
        Assert.Equal(150_000, _calls.Read(Environment.ProcessId, descriptor, 1, buffer));
        Assert.Equal([1, 2, 3], buffer[..3]);
        Assert.Equal(unchecked((byte)150_000), buffer[^1]);
        Assert.Equal(2, _calls.Write(Environment.ProcessId, descriptor, "ab"u8));
        Assert.Equal("ab"u8.ToArray(), File.ReadAllBytes(path)[..2]);
        Assert.Equal(-Errno.EBADF, _calls.Read(Environment.ProcessId, -1, 0, buffer));
        Assert.Equal(-Errno.ENOENT, _calls.Open(Environment.ProcessId, "/proc/self/none\0"u8, 0));
        int opened = _calls.Open(Environment.ProcessId, "/proc/self/maps\0"u8, 0);
        Assert.True(_calls.Read(Environment.ProcessId, opened, 0, buffer) > 0);
        new Microsoft.Win32.SafeHandles.SafeFileHandle(opened, ownsHandle: true).Dispose();
        Assert.Equal(0, _calls.LeftCount);
        File.Delete(path);
    }

    [Fact]
    public unsafe void Moves_are_asked_for_and_answered()
    {
        nuint bytes = 4096 * 3;
        byte* memory = (byte*)NativeMemory.AlignedAlloc(bytes, 4096);
        NativeMemory.Clear(memory, bytes);
        ulong[] pages = [(ulong)memory, (ulong)memory + 4096, (ulong)memory + 8192];
        int[] expected = new int[3];
        int[] nodes = [-77, -77, -77];
        Assert.Equal(0, MovePages.Query(0, pages, expected));
        Assert.Equal(0, MovePages.Query(Environment.ProcessId, pages, nodes, _calls));
        Assert.Equal(expected, nodes);
        int[] status = [-77, -77, -77];
        Assert.Equal(0, MovePages.Move(Environment.ProcessId, pages, expected, status, MovePages.MPOL_MF_MOVE, _calls));
        Assert.Equal(expected, status);
        Assert.Equal(3, RemoteRead.Touch(Environment.ProcessId, pages, 1, _calls));
        NativeMemory.AlignedFree(memory);
    }

    [Fact]
    public void A_call_that_waits_is_left_and_its_process_is_not_asked_again_until_it_returns()
    {
        Door door = NewDoor();
        int pid = NewSleeper();
        long start = Stopwatch.GetTimestamp();
        Assert.Equal(-Errno.ETIMEDOUT, Open(pid, door));
        Assert.True(Stopwatch.GetElapsedTime(start) >= s_patience);
        LeftCall left = Assert.Single(_calls.Left);
        Assert.Equal(pid, left.Pid);
        Assert.NotNull(left.UserId);

        // At once: who asked is not to wait for the same thing twice.
        Assert.Equal(-Errno.ETIMEDOUT, Ask(pid));

        // Others are asked as before.
        Assert.Equal(0, Ask(NewSleeper()));

        door.OpenIt();
        Assert.True(SpinWait.SpinUntil(() => _calls.LeftCount == 0, TimeSpan.FromSeconds(20)));
        Assert.Empty(_calls.Left);
        Assert.Equal(0, Ask(pid));

        // Nobody knows of what it opened.
        Assert.DoesNotContain(
            Directory.EnumerateFiles("/proc/self/fd"),
            file => new FileInfo(file).LinkTarget?.StartsWith(door.Path, StringComparison.Ordinal) == true);
    }

    [Fact]
    public void A_thread_that_computes_is_waited_for()
    {
        using FileStream zeros = File.OpenRead("/dev/zero");
        byte[] buffer = new byte[1 << 28];
        BoundedCalls impatient = new(TimeSpan.FromMilliseconds(1));
        Assert.Equal(buffer.Length, impatient.Read(NewSleeper(), (int)zeros.SafeFileHandle.DangerousGetHandle(), 0, buffer));
        Assert.Equal(0, impatient.LeftCount);
        impatient.Dispose();
    }

    [Fact]
    public void A_user_whose_processes_hang_one_after_the_other_costs_little_and_then_nothing()
    {
        int asked = 0;
        long start = Stopwatch.GetTimestamp();
        while (_calls.LeftCount == asked && asked < 30)
        {
            Assert.Equal(-Errno.ETIMEDOUT, Open(NewSleeper(ordinary: true), NewDoor()));
            asked++;
        }

        // The last was not asked at all: together they have had two and a half times the patience.
        Assert.Equal(asked - 1, _calls.LeftCount);
        Assert.InRange(asked, 3, 29);
        Assert.InRange(Stopwatch.GetElapsedTime(start), s_patience * 2, TimeSpan.FromMinutes(1));
        Assert.Equal(-Errno.ETIMEDOUT, Ask(NewSleeper(ordinary: true)));
        Assert.Equal(asked - 1, _calls.LeftCount);
    }

    [Fact]
    public void A_process_that_hangs_again_and_again_is_put_aside_and_others_of_its_user_are_not()
    {
        int pid = NewSleeper();
        int hung = 0;
        for (; hung < 10; hung++)
        {
            Door door = NewDoor();
            int before = _calls.LeftCount;
            Assert.Equal(-Errno.ETIMEDOUT, Open(pid, door));
            if (_calls.LeftCount == before)
            {
                break;
            }

            door.OpenIt();
            Assert.True(SpinWait.SpinUntil(() => _calls.LeftCount == 0, TimeSpan.FromSeconds(20)));
        }

        // It was not asked although nothing is left: it pays.
        Assert.InRange(hung, 2, 9);
        Assert.Equal([pid], _calls.PutAside.Select(call => call.Pid));
        Assert.Equal(-Errno.ETIMEDOUT, Ask(pid));
        Assert.Equal(0, Ask(NewSleeper()));
    }

    [Fact]
    public void Who_had_a_call_left_before_gets_little_patience()
    {
        int pid = NewSleeper();
        _calls.Suspect(pid);
        long start = Stopwatch.GetTimestamp();
        Assert.Equal(-Errno.ETIMEDOUT, Open(pid, NewDoor()));
        TimeSpan little = Stopwatch.GetElapsedTime(start);
        start = Stopwatch.GetTimestamp();
        Assert.Equal(-Errno.ETIMEDOUT, Open(NewSleeper(), NewDoor()));
        Assert.True(little < Stopwatch.GetElapsedTime(start), $"{little} for one that was expected");
    }

    [Fact]
    public void A_call_that_was_left_may_return_after_the_end()
    {
        Door door = NewDoor();
        Assert.Equal(-Errno.ETIMEDOUT, Open(NewSleeper(), door));
        _calls.Dispose();
        door.OpenIt();
        Assert.True(SpinWait.SpinUntil(() => _calls.LeftCount == 0, TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void A_path_that_leads_to_what_does_not_answer_is_left_and_nobody_knows_of_what_it_opened()
    {
        Door door = NewDoor();
        int pid = NewSleeper();
        Assert.Equal(0, OpenFolder.TryOpen(_folder, out OpenFolder? folder));
        ulong[] how = [0, 0, 0];
        byte[] name = System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(door.Path) + "\0");
        Assert.Equal(-Errno.ENOENT, _calls.OpenIn(pid, (int)folder!.DangerousGetHandle(), "none\0"u8, how));
        Assert.Equal(-Errno.ETIMEDOUT, _calls.OpenIn(pid, (int)folder.DangerousGetHandle(), name, how));
        Assert.True(_calls.PutsAside(pid));
        Assert.Equal(Errno.ETIMEDOUT, ProcessRoot.TryOpen(pid, door.Path, out _, _calls));
        folder.Dispose();
        door.OpenIt();
        Assert.True(SpinWait.SpinUntil(() => _calls.LeftCount == 0, TimeSpan.FromSeconds(20)));
        Assert.False(_calls.PutsAside(pid));
        Assert.DoesNotContain(
            Directory.EnumerateFiles("/proc/self/fd"),
            file => new FileInfo(file).LinkTarget?.StartsWith(door.Path, StringComparison.Ordinal) == true);
        Assert.Equal(0, ProcessRoot.TryOpen(pid, door.Path, out Microsoft.Win32.SafeHandles.SafeFileHandle? opened, _calls));
        opened!.Dispose();
    }

    [Fact]
    public void A_socket_that_does_not_answer_is_left_and_one_that_does_is_connected_to()
    {
        string path = Path.Combine(_folder, "socket");
        int pid = NewSleeper();
        Assert.Equal(Errno.ENOENT, LocalSocket.TryConnect(pid, path, _calls, out Socket? none));
        Assert.Null(none);
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        Assert.Equal(0, LocalSocket.TryConnect(pid, path, _calls, out Socket? socket));
        using Socket accepted = listener.Accept();
        Assert.Equal(2, socket!.Send("ab"u8));
        Assert.Equal(2, accepted.Receive(new byte[8]));
        Assert.False(socket.Blocking);
        socket.Dispose();

        // A socket that may wait does, once the listener's queue is full.
        byte[] address = [1, 0, .. System.Text.Encoding.UTF8.GetBytes(path + "\0")];
        List<Socket> waiting = [];
        int error = 0;
        while (error == 0 && waiting.Count < 10)
        {
            waiting.Add(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
            error = _calls.Connect(pid, (int)waiting[^1].Handle, address);
        }

        Assert.Equal(-Errno.ETIMEDOUT, error);
        Assert.Equal(Errno.ETIMEDOUT, LocalSocket.TryConnect(pid, path, _calls, out _));
        listener.Dispose();
        Assert.True(SpinWait.SpinUntil(() => _calls.LeftCount == 0, TimeSpan.FromSeconds(20)));
        waiting.ForEach(one => one.Dispose());
    }

    [Fact]
    public void What_a_process_said_of_its_addresses_stays_while_it_cannot_be_asked_whether_it_is_another_program()
    {
        int pid = NewSleeper();
        using AddressAdvice advice = new($"/proc/{pid}/maps", new ProcessCalls(pid, _calls));
        Assert.True(advice.TryAdvise(0x10000, 0x20000, MappingTreatment.Hot));
        Assert.Equal(-Errno.ETIMEDOUT, Open(pid, NewDoor()));
        advice.DropIfReplaced();
        Assert.Equal(1, advice.Count);
        _doors[^1].OpenIt();
        Assert.True(SpinWait.SpinUntil(() => _calls.LeftCount == 0, TimeSpan.FromSeconds(20)));
        _sleepers[^1].Kill();
        _sleepers[^1].WaitForExit();
        advice.DropIfReplaced();
        Assert.Equal(0, advice.Count);
    }

    public void Dispose()
    {
        foreach (Process sleeper in _sleepers)
        {
            sleeper.Kill();
            sleeper.Dispose();
        }

        _doors.ForEach(door => door.OpenIt());
        Assert.True(SpinWait.SpinUntil(() => _calls.LeftCount == 0, TimeSpan.FromSeconds(20)));
        _calls.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private int Open(int pid, Door door) => _calls.Open(pid, System.Text.Encoding.UTF8.GetBytes(door.Path + "\0"), 0);

    /// <summary>0 when the process is asked, else the error number.</summary>
    private int Ask(int pid)
    {
        int opened = _calls.Open(pid, "/dev/null\0"u8, 0);
        if (opened >= 0)
        {
            new Microsoft.Win32.SafeHandles.SafeFileHandle(opened, ownsHandle: true).Dispose();
        }

        return Math.Min(opened, 0);
    }

    // Root's processes pay each for itself: an ordinary user is needed for what users pay.
    private int NewSleeper(bool ordinary = false)
    {
        _sleepers.Add(
            ordinary && EffectiveUser.IsRoot
                ? Process.Start("setpriv", ["--reuid", "65534", "--clear-groups", "sleep", "600"])
                : Process.Start("sleep", "600"));
        int pid = _sleepers[^1].Id;
        Assert.True(
            SpinWait.SpinUntil(
                () => File.ReadAllText($"/proc/{pid}/comm").TrimEnd() == "sleep", TimeSpan.FromSeconds(20)));
        return pid;
    }

    private Door NewDoor()
    {
        Door door = new(Path.Combine(_folder, $"door{_doors.Count}"));
        _doors.Add(door);
        return door;
    }

    /// <summary>A pipe with a name: who opens it to read sleeps until somebody opens it to write (fifo(7)).</summary>
    private sealed class Door
    {
        private bool _isOpen;

        public Door(string path)
        {
            Path = path;
            using Process make = Process.Start("mkfifo", path);
            make.WaitForExit();
            Assert.Equal(0, make.ExitCode);
        }

        public string Path { get; }

        public void OpenIt()
        {
            // Not waiting for a reader, when there is none.
            if (!_isOpen && PlainFile.TryOpenToWrite(Path, out Microsoft.Win32.SafeHandles.SafeFileHandle? file) == 0)
            {
                _isOpen = true;
                file!.Dispose();
            }
        }
    }
}
