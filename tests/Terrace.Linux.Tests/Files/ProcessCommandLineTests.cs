using System.Diagnostics;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;

namespace Terrace.Linux.Tests.Files;

public sealed class ProcessCommandLineTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_a_long_command_line_the_first_part_is_read_and_the_rest_is_missed(bool bounded)
    {
        // 100 kB: one word may have at most 128 KiB (execve(2), MAX_ARG_STRLEN).
        string tail = new('x', 100_000);
        using Process small = Process.Start("sleep", ["600", "0"])!;
        using BoundedCalls calls = new();
        BoundedCalls? by = bounded ? calls : null;

        using Process holder = Process.Start("sh", ["-c", "sleep 600; true", tail])!;
        try
        {
            Assert.Equal(0, Until(holder.Id, by, out ProcessCommandLine line));
            Assert.True(line.IsCut);
            Assert.Equal(ProcessCommandLine.MostBytes, line.Text.Length);
            Assert.Equal(["sh", "-c", "sleep 600; true"], line.Words[..3]);
            ProcessIdentity? identity = new ProcessIdentityReader("/", by).Read(holder.Id);
            Assert.True(identity!.IsCommandCut);
            Assert.StartsWith("sh -c sleep 600; true xxx", identity.Command, StringComparison.Ordinal);
            Assert.Equal(0, Until(small.Id, by, out line));
            Assert.False(line.IsCut);
            Assert.Equal(["sleep", "600", "0"], line.Words);
        }
        finally
        {
            holder.Kill(entireProcessTree: true);
            small.Kill();
        }
    }

    [Fact]
    public void A_command_line_that_is_not_asked_for_is_not_read()
    {
        ProcessIdentityReader reader = new();
        Assert.NotNull(reader.Read(Environment.ProcessId)!.Command);
        ProcessIdentity? asked = null;
        ProcessIdentity read = reader.Read(Environment.ProcessId, identity =>
        {
            asked = identity;
            return false;
        })!;
        Assert.Null(read.Command);
        Assert.False(read.HidesCommand);
        Assert.NotNull(asked!.Executable);
        Assert.NotNull(asked.UserId);
    }

    // A new process shows its parent's words for a moment.
    private static int Until(int pid, BoundedCalls? by, out ProcessCommandLine line)
    {
        int error = 0;
        ProcessCommandLine read = default;
        SpinWait.SpinUntil(
            () => (error = ProcessCommandLine.TryRead(FileTree.OfHost, pid, by, out read)) == 0
                && read.Text.StartsWith('s'),
            TimeSpan.FromSeconds(10));
        line = read;
        return error;
    }
}
