using System.Diagnostics;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Tests.Interop;

/// <summary>Calls that compute for long, for which a write of very much to a file in memory stands.</summary>
public sealed class OngoingCallsTests : IDisposable
{
    private const int Bytes = 1 << 28;

    private readonly BoundedCalls _calls = new() { Grace = TimeSpan.FromMilliseconds(1) };
    private readonly string _path = Path.Combine("/dev/shm", Path.GetRandomFileName());
    private readonly byte[] _much = new byte[Bytes];

    [Fact]
    public void One_continues_while_others_are_made_and_ends_with_what_the_kernel_gave()
    {
        int descriptor = NewFile();
        int sleeper = NewSleeper(out Process process);
        Assert.Equal(-Errno.EINPROGRESS, _calls.BeginWrite(sleeper, descriptor, _much, out OngoingCall? going));
        Assert.Equal(1, _calls.GoingCount);
        TimeSpan before = _calls.Spent;

        // Its process is not asked anything else, others are.
        Assert.Equal(-Errno.ETIMEDOUT, _calls.Open(sleeper, "/dev/null\0"u8, 0));
        Close(_calls.Open(Environment.ProcessId, "/dev/null\0"u8, 0));
        int written;
        TimeSpan took;
        while ((written = _calls.Continue(going!, out took)) == -Errno.EINPROGRESS)
        {
            // What it takes does not count for who is looked at meanwhile.
            Assert.InRange(_calls.Spent - before, TimeSpan.Zero, TimeSpan.FromMilliseconds(10));
            Thread.Sleep(1);
        }

        Assert.Equal(Bytes, written);
        Assert.InRange(took, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(2));
        Assert.InRange(_calls.Spent - before, TimeSpan.FromMilliseconds(5), TimeSpan.FromMinutes(2));
        Assert.Equal((0, 0), (_calls.GoingCount, _calls.LeftCount));

        // It has nothing to pay off. (On a busy host others' calls may have.)
        Close(_calls.Open(sleeper, "/dev/null\0"u8, 0));
        Close(descriptor);
        process.Kill();
        process.Dispose();
    }

    [Fact]
    public void One_that_nobody_needs_any_more_closes_its_file_when_it_has_ended()
    {
        int descriptor = NewFile();
        Assert.Equal(-Errno.EINPROGRESS, _calls.BeginWrite(Environment.ProcessId, descriptor, _much, out OngoingCall? going));
        _calls.Abandon(going!);
        Assert.Equal(0, _calls.GoingCount);
        Assert.True(SpinWait.SpinUntil(() => !IsOpen(descriptor), TimeSpan.FromMinutes(2)));
        Assert.Equal(Bytes, new FileInfo(_path).Length);
    }

    [Fact]
    public void One_that_is_given_up_before_its_thread_has_begun_closes_its_file_too()
    {
        for (int run = 0; run < 100; run++)
        {
            int descriptor = NewFile();
            int ended = 0;
            CallThread thread = new(_ => ended = 1);
            thread.Memory(4);
            thread.Ask(new SystemCall(Libc.SYS_pwrite64, descriptor, thread.Address, 4), TimeSpan.FromMinutes(1));
            thread.Abandon();

            // The thread says nothing of a call that had returned already.
            Assert.True(SpinWait.SpinUntil(() => ended == 1 || !IsOpen(descriptor), TimeSpan.FromMinutes(1)), $"run {run}");
            Assert.True(SpinWait.SpinUntil(() => !IsOpen(descriptor), TimeSpan.FromMinutes(1)), $"run {run}");
            Assert.Equal(4, new FileInfo(_path).Length);
        }
    }

    [Fact]
    public void One_that_is_short_ends_at_once_and_without_a_grace_all_do()
    {
        int descriptor = NewFile();
        Assert.Equal(3, new BoundedCalls().BeginWrite(Environment.ProcessId, descriptor, "abc"u8, out OngoingCall? going));
        Assert.Null(going);
        using BoundedCalls patient = new() { Grace = TimeSpan.FromMinutes(1) };
        Assert.Equal(Bytes, patient.BeginWrite(Environment.ProcessId, descriptor, _much, out going));
        Assert.Null(going);
        Assert.Equal(-Errno.EBADF, patient.BeginWrite(Environment.ProcessId, -1, "abc"u8, out going));
        Close(descriptor);
    }

    [Fact]
    public void Waits_are_booked_on_the_process_and_not_on_the_thread_through_which_its_memory_is_reached()
    {
        int sleeper = NewSleeper(out Process process);
        Assert.Equal(0, PidFd.TryOpen(sleeper, out PidFd? pidFd));
        using (pidFd)
        {
            // As after its first thread has ended; that this one lives is enough for the kernel here.
            pidFd!.Thread = Environment.ProcessId;
            ProcessCalls calls = new(pidFd, _calls);
            ulong[] page = [0x1000];
            int[] node = [0];
            Assert.Equal(0, calls.Query(page, node));
            Assert.Equal(-Errno.EINPROGRESS, _calls.BeginWrite(sleeper, NewFile(), _much, out OngoingCall? going));

            // The process is not asked now, whatever thread of it; the thread's number by itself stands for nobody.
            Assert.Equal(Errno.ETIMEDOUT, calls.Query(page, node));
            Assert.Equal(-Errno.ETIMEDOUT, calls.Move(page, [0], node, 0));
            Assert.Equal(0, calls.Touch(page));
            Assert.Equal(0, MovePages.Query(Environment.ProcessId, page, node, _calls));
            _calls.Abandon(going!);
        }

        process.Kill();
        process.Dispose();
    }

    public void Dispose()
    {
        _calls.Dispose();
        File.Delete(_path);
    }

    private static int NewSleeper(out Process process)
    {
        process = Process.Start("sleep", "600");
        return process.Id;
    }

    private static void Close(int descriptor)
    {
        Assert.InRange(descriptor, 0, int.MaxValue);
        new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true).Dispose();
    }

    // Its owner is whoever closes it.
    // Its number may be another file's by then.
    private bool IsOpen(int descriptor) =>
        new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget?.StartsWith(_path, StringComparison.Ordinal) == true;

    private int NewFile()
    {
        int descriptor = LinuxFile.OpenDescriptor(
            System.Text.Encoding.UTF8.GetBytes(_path + "\0"), Libc.O_RDWR | Libc.O_CREAT);
        Assert.InRange(descriptor, 0, int.MaxValue);
        return descriptor;
    }
}
