using Terrace.Linux.Guests;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Guests;

public sealed class VirtualCpusTests
{
    [Fact]
    public void Threads_that_QEMU_names_say_where_each_CPU_may_run()
    {
        using CapturedTree tree = Tree();
        tree.With("proc/7/task/8/comm", "CPU 0/KVM\n")
            .With("proc/7/task/8/status", "Name:\tCPU 0/KVM\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\n")
            .With("proc/7/task/9/comm", "CPU 1/KVM\n").With("proc/7/task/9/status", "Cpus_allowed_list:\t4\n")
            .With("proc/7/task/10/comm", "CPU x/KVM\n").With("proc/7/task/10/status", "Cpus_allowed_list:\t5\n");
        VirtualCpus cpus = VirtualCpus.Read(7, tree.Root)!;
        Assert.Equal([0, 1], cpus.OfCpu.Keys);
        Assert.Equal([0, 1], cpus.OfCpu[0]);
        Assert.Equal([4], cpus.OfCpu[1]);
        Assert.Equal([0, 1, 4], cpus.OfProcess);
    }

    [Fact]
    public void Without_names_the_process_says_it_for_all()
    {
        using CapturedTree tree = Tree();
        VirtualCpus cpus = VirtualCpus.Read(7, tree.Root)!;
        Assert.Empty(cpus.OfCpu);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], cpus.OfProcess);
        Assert.Null(VirtualCpus.Read(8, tree.Root));
    }

    private static CapturedTree Tree() =>
        CapturedTree.Empty()
            .With("proc/7/status", "Name:\tqemu\nCpus_allowed_list:\t0-7\n")
            .With("proc/7/task/7/comm", "qemu-system-x86\n")
            .With("proc/7/task/7/status", "Cpus_allowed_list:\t0-7\n");
}
