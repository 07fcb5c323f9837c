using System.Diagnostics;
using Terrace.Linux;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Host.Tests.Daemon;

/// <summary>What a managed process takes of the daemon's descriptors.</summary>
public sealed class ProcessDescriptorsTests
{
    private const int Count = 20;

    [Fact]
    public void A_process_takes_two_whatever_is_asked_of_it()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12");
        using LinuxMachine machine = new(tree.Root);
        List<LinuxProcess> processes = [];
        Process[] children = [.. Enumerable.Range(0, Count).Select(_ => Process.Start("sleep", "600"))];
        try
        {
            int before = OpenFilesOf(children);
            foreach (Process child in children)
            {
                LinuxProcess process = StillProcess.Attach(child.Id, machine);
                processes.Add(process);
                Assert.NotNull(process.CpuTime);
                Assert.InRange(process.ResidentPages, 1, long.MaxValue);
                _ = process.Pressure.Read();
                Assert.True(process.Advice.Count == 0);
            }

            Assert.Equal(DescriptorReserve.EachProcess * Count, OpenFilesOf(children) - before);
            processes.ForEach(process => process.Dispose());
            Assert.Equal(before, OpenFilesOf(children));
        }
        finally
        {
            Array.ForEach(children, child => child.Kill());
        }
    }

    [Fact]
    public void Of_a_process_that_has_ended_nothing_is_said_even_when_its_number_is_anothers()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12");
        using LinuxMachine machine = new(tree.Root);
        using Process child = Process.Start("sleep", "600");
        using LinuxProcess process = StillProcess.Attach(child.Id, machine);
        Assert.NotNull(process.CpuTime);

        // A zombie has its number still, and /proc/PID/stat says what it used.
        Assert.Equal(0, process.PidFd.Signal(9));
        Assert.True(process.PidFd.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.Null(process.CpuTime);
        Assert.Equal(0, process.ResidentPages);
    }

    // Those that are of these processes: other tests open and close files meanwhile.
    private static int OpenFilesOf(Process[] children)
    {
        HashSet<string> maps = [.. children.Select(child => $"/proc/{child.Id}/")];
        HashSet<string> numbers = [.. children.Select(child => $"Pid:\t{child.Id}")];
        int count = 0;
        foreach (string descriptor in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            string? target = new FileInfo(descriptor).LinkTarget;
            bool isPidFd = target == "anon_inode:[pidfd]" && ReadInfo(descriptor).Any(numbers.Contains);
            count += isPidFd || maps.Any(folder => target?.StartsWith(folder, StringComparison.Ordinal) == true) ? 1 : 0;
        }

        return count;
    }

    private static string[] ReadInfo(string descriptor)
    {
        try
        {
            return File.ReadAllLines("/proc/self/fdinfo/" + Path.GetFileName(descriptor));
        }
        catch (IOException)
        {
            return [];
        }
    }
}
