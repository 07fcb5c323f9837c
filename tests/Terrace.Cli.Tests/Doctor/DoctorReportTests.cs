using Terrace.Cli.Doctor;
using Terrace.Cli.Terminal;
using Terrace.Linux.Interop;
using Terrace.Linux.KernelMemory;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Cli.Tests.Doctor;

public sealed class DoctorReportTests : IDisposable
{
    private static readonly HostProbes s_good = new(IsRoot: true, PageTables: null, MovePagesError: 0);
    private static readonly TrackerProblem s_locked = new(TrackerProblemReason.Lockdown, "kernel lockdown forbids it", "boot without it");

    // A captured machine, and of what cannot be captured the least that checks look for.
    private readonly CapturedTree _tree = CapturedTree.CopyOf("two-tier-6.12")
        .With("proc/kcore", "")
            .With("proc/kallsyms", "ffffffff82a0b940 D init_task\n")
            .With("sys/kernel/btf/vmlinux", "")
            .With("proc/self/clear_refs", "")
        .With("proc/sys/kernel/numa_balancing", "0\n").With("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n")
        .With("sys/kernel/mm/page_idle/bitmap", "").With("sys/kernel/debug/lru_gen", "").With("dev/kvm", "");

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void Where_all_is_well_everything_works_and_nothing_is_to_be_fixed()
    {
        DoctorReport report = DoctorReport.Of(new DoctorHost(s_good, _tree.Root));
        Assert.All(report.Checks, check => Assert.Equal((check.Name, CheckState.Works, null), (check.Name, check.State, check.Fix)));
        Assert.True(report.CanManage);
        Assert.StartsWith("6.12.", report.KernelRelease, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("proc/kcore", "/proc/kcore", "CONFIG_PROC_KCORE=y")]
    [InlineData("proc/kallsyms", "kernel symbols", "CONFIG_KALLSYMS_ALL=y")]
    [InlineData("sys/kernel/btf/vmlinux", "kernel types", "CONFIG_DEBUG_INFO_BTF=y")]
    [InlineData("sys/kernel/mm/page_idle/bitmap", "idle bitmap", "CONFIG_IDLE_PAGE_TRACKING=y")]
    [InlineData("sys/fs/cgroup/cgroup.controllers", "control groups", "cgroup2")]
    [InlineData("proc/pressure/memory", "memory pressure", "psi=1")]
    [InlineData("proc/net/connector", "process events", "CONFIG_PROC_EVENTS=y")]
    [InlineData("sys/kernel/mm/damon", "DAMON", "CONFIG_DAMON_SYSFS=y")]
    [InlineData("sys/kernel/debug/lru_gen", "LRU generations", "mount -t debugfs")]
    [InlineData("dev/kvm", "KVM", "modprobe")]
    public void One_thing_that_is_missing_is_named_alone_with_its_fix_and_is_not_in_the_way_by_itself(string file, string name, string fix)
    {
        _tree.Without(file);
        DoctorReport report = DoctorReport.Of(new DoctorHost(s_good, _tree.Root));
        CheckResult check = Assert.Single(report.Checks, check => check.State != CheckState.Works);
        Assert.Equal((name, CheckState.Missing), (check.Name, check.State));
        Assert.Contains(fix, check.Fix, StringComparison.Ordinal);
        Assert.True(report.CanManage);
    }

    [Theory]
    [InlineData("proc/sys/kernel/numa_balancing", "2\n", "its own tiering", "terrace kernel --mode terrace")]
    [InlineData("proc/sys/kernel/numa_balancing", "1\n", "its own tiering", "terrace kernel --mode terrace")]
    [InlineData("proc/sys/vm/zone_reclaim_mode", "1\n", "its own tiering", "zone_reclaim_mode=0")]
    [InlineData("sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n", "huge pages", "transparent_hugepage=madvise")]
    [InlineData("sys/module/damon_stat/parameters/enabled", "Y\n", "accessed bits", "sudo terrace kernel --set damon_stat=off")]
    [InlineData("sys/module/damon_reclaim/parameters/enabled", "Y\n", "accessed bits", "who started it ends it")]
    [InlineData("sys/kernel/mm/damon/admin/kdamonds/0/state", "on\n", "accessed bits", "/sys/kernel/mm/damon/admin/kdamonds/0/state")]
    [InlineData("sys/kernel/mm/ksm/pages_shared", "256\n", "KSM", "merge_across_nodes")]
    [InlineData("proc/self/status", "CapEff:\t000001fbffffffff\n", "capabilities", "--cap-add SYSLOG")]
    public void What_works_less_well_is_degraded_and_not_in_the_way(string file, string text, string name, string fix)
    {
        _tree.With(file, text);
        DoctorReport report = DoctorReport.Of(new DoctorHost(s_good, _tree.Root));
        CheckResult check = Assert.Single(report.Checks, check => check.State != CheckState.Works);
        Assert.Equal((name, CheckState.Degraded), (check.Name, check.State));
        Assert.Contains(fix, check.Fix, StringComparison.Ordinal);
        Assert.True(report.CanManage);
    }

    [Theory]
    [InlineData("sys/module/damon_stat/parameters/enabled", "accessed bits", "cannot be seen without root")]
    [InlineData("etc/terrace/terrace.yaml", "host.kernel", "what the service changes is not known")]
    public void What_may_not_be_read_is_not_taken_for_absent(string file, string name, string said)
    {
        // Root may read any file, and nobody a folder.
        Directory.CreateDirectory(Path.Combine(_tree.Root, file));
        CheckResult check = CheckOf(name, s_good with { IsRoot = false });
        Assert.Equal(CheckState.Degraded, check.State);
        Assert.Contains(said, check.Detail, StringComparison.Ordinal);
        Assert.StartsWith("sudo terrace ", check.Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("proc/self/status", "CapEff:\t000001ffff7fffff\n", "capabilities", "SYS_NICE")]
    [InlineData("proc/self/status", "Name:\tx\n", "capabilities", "SYS_PTRACE")]
    [InlineData("proc/self/uid_map", "0 100000 65536\n", "root", "--userns=host")]
    [InlineData("sys/devices/system/node/online", "0\n", "slow tier", "CXL")]
    [InlineData("sys/devices/system/node/online", "nodes\n", "slow tier", "mount /proc")]
    public void What_Terrace_cannot_do_without_is_in_the_way(string file, string text, string name, string fix)
    {
        _tree.With(file, text);
        DoctorReport report = DoctorReport.Of(new DoctorHost(s_good, _tree.Root));
        CheckResult check = Assert.Single(report.Checks, DoctorReport.IsInTheWay);
        Assert.Equal(name, check.Name);
        Assert.Contains(fix, check.Fix, StringComparison.Ordinal);
        Assert.False(report.CanManage);
    }

    [Fact]
    public void Memory_of_a_device_that_is_no_node_yet_is_named_with_the_command_that_makes_it_one()
    {
        _tree.With("sys/devices/system/node/online", "0\n")
            .With("sys/bus/dax/devices/dax0.1/uevent", "").With("sys/bus/dax/devices/dax0.1/target_node", "0\n")
            .With("sys/bus/dax/devices/dax1.0/uevent", "").With("sys/bus/dax/devices/dax1.0/target_node", "2\n");
        Assert.Equal("sudo daxctl reconfigure-device --mode=system-ram dax1.0", CheckOf("slow tier", s_good).Fix);
    }

    [Fact]
    public void CXL_memory_in_no_region_is_named_with_its_size_and_the_next_command()
    {
        _tree.With("sys/devices/system/node/online", "0\n")
            .With("sys/bus/cxl/devices/mem0/ram/size", "0x400000000\n").With("sys/bus/cxl/devices/decoder0.0/cap_ram", "1\n");
        Assert.Equal(
            "16 GiB of CXL memory (mem0) in no region: sudo cxl create-region -m -t ram -d decoder0.0 mem0",
            CheckOf("slow tier", s_good).Fix);
    }

    [Fact]
    public void A_device_whose_node_has_CPUs_is_no_slow_memory_and_that_is_said()
    {
        _tree.With("sys/devices/system/node/online", "0\n")
            .With("sys/bus/dax/devices/dax0.0/uevent", "").With("sys/bus/dax/devices/dax0.0/target_node", "0\n");
        Assert.StartsWith("dax0.0 belongs to node 0, which has CPUs", CheckOf("slow tier", s_good).Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1\n", "6.12.1", true)]
    [InlineData("0\n", "6.12.1", false)]
    [InlineData("1\n", "7.3.4", false)]
    public void Isolated_groups_on_a_kernel_that_demotes_their_pages_are_told(string demotion, string release, bool told)
    {
        _tree.With("run/terrace/isolate-before.json", "{}").With("sys/kernel/mm/numa/demotion_enabled", demotion)
            .With("proc/sys/kernel/osrelease", release + "\n");
        CheckResult check = CheckOf("its own tiering", s_good);
        Assert.Equal(
            (told ? CheckState.Degraded : CheckState.Works, told ? "sudo terrace kernel --set demotion=off" : null),
            (check.State, check.Fix));
    }

    [Theory]
    [InlineData("/dev/zram0                              partition\t8388604\t1024\t100\n", "0\n", "Degraded", "compressed memory")]
    [InlineData("/swap\\040file     file\t\t2097148\t\t0\t\t-2\n", "0\n", "Degraded", "while slow memory is free")]
    [InlineData("/dev/zram0                              partition\t8388604\t1024\t100\n", "1\n", "Works", "demotion comes before it")]
    [InlineData("", "0\n", "Works", "none")]
    public void Swap_that_is_used_before_slow_memory_is_named(string devices, string demotion, string state, string said)
    {
        _tree.With("proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n" + devices)
            .With("sys/kernel/mm/numa/demotion_enabled", demotion);
        CheckResult check = CheckOf("swap", s_good);
        Assert.Equal(state, check.State.ToString());
        Assert.Contains(said, check.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0\n")]
    [InlineData("1\n")]
    public void Where_the_kernel_demotes_to_no_node_swap_comes_first_whatever_demotion_is_set_to(string demotion)
    {
        // Both nodes in one of the kernel's tiers, as on 6.1: there is nothing to switch on.
        _tree.Without("sys/devices/virtual/memory_tiering/memory_tier46")
            .With("sys/devices/virtual/memory_tiering/memory_tier4/nodelist", "0-1\n")
            .With("proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/sda2 partition\t8388604\t1024\t-2\n")
            .With("sys/kernel/mm/numa/demotion_enabled", demotion);
        CheckResult check = CheckOf("swap", s_good);
        Assert.Equal(CheckState.Degraded, check.State);
        Assert.EndsWith("while slow memory is free", check.Detail, StringComparison.Ordinal);
        Assert.Contains("demotes to none", check.Fix, StringComparison.Ordinal);
        Assert.DoesNotContain("terrace kernel", check.Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(300, 20, 30, "Degraded", "250 MiB of it that nobody maps")]
    [InlineData(60, 0, 0, "Works", "60 MiB of it that nobody maps")]
    public void Page_cache_on_slow_nodes_that_nobody_maps_is_told(int cache, int mapped, int shared, string state, string said)
    {
        const string Meminfo = "sys/devices/system/node/node1/meminfo";
        IEnumerable<string> others = _tree.Text(Meminfo).Split('\n')
            .Where(line => !Array.Exists(["FilePages:", "Mapped:", "Shmem:"], key => line.Contains(key, StringComparison.Ordinal)));
        _tree.With(
            Meminfo,
            string.Join('\n', others)
                + $"Node 1 FilePages: {cache << 10} kB\nNode 1 Mapped: {mapped << 10} kB\nNode 1 Shmem: {shared << 10} kB\n");
        CheckResult check = CheckOf("file cache", s_good);
        Assert.Equal(state, check.State.ToString());
        Assert.Contains(said, check.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_page_tables_cannot_be_read_the_idle_bitmap_takes_over_and_without_both_nothing_can_be_managed()
    {
        HostProbes locked = s_good with { PageTables = s_locked };
        Assert.Equal(CheckState.Degraded, CheckOf("page tables", locked).State);
        Assert.True(DoctorReport.Of(new DoctorHost(locked, _tree.Root)).CanManage);
        _tree.Without("sys/kernel/mm/page_idle/bitmap");
        Assert.Equal((CheckState.Missing, "boot without it"), (CheckOf("page tables", locked).State, CheckOf("page tables", locked).Fix));
        Assert.False(DoctorReport.Of(new DoctorHost(locked, _tree.Root)).CanManage);
    }

    [Fact]
    public void A_capability_is_advised_to_one_who_lacks_it_only()
    {
        _tree.Without("proc/kallsyms");
        Assert.DoesNotContain("CAP_SYSLOG", CheckOf("kernel symbols", s_good).Fix, StringComparison.Ordinal);
        _tree.With("proc/self/status", "CapEff:\t000001fbffffffff\n");
        Assert.Equal("run it with CAP_SYSLOG", CheckOf("kernel symbols", s_good).Fix);
    }

    [Fact]
    public void A_cause_that_has_a_row_of_its_own_is_not_told_twice()
    {
        TrackerProblem problem = new(TrackerProblemReason.NoCore, "no /proc/kcore", "another kernel");
        HostProbes without = s_good with { PageTables = problem };
        Assert.Equal("another kernel", CheckOf("page tables", without).Fix);
        _tree.Without("proc/kcore");
        Assert.Equal("see /proc/kcore above", CheckOf("page tables", without).Fix);
    }

    [Theory]
    [InlineData(Errno.EPERM, "seccomp")]
    [InlineData(Errno.ENOSYS, "CONFIG_MIGRATION=y")]
    public void A_refused_move_pages_is_in_the_way(int error, string fix)
    {
        CheckResult check = CheckOf("move_pages", s_good with { MovePagesError = error });
        Assert.True(DoctorReport.IsInTheWay(check));
        Assert.Contains(fix, check.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Lockdown_at_confidentiality_is_named_and_integrity_is_not()
    {
        _tree.With("sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
        CheckResult locked = CheckOf("kernel lockdown", s_good);
        Assert.Equal(CheckState.Missing, locked.State);
        Assert.Contains("lockdown=integrity", locked.Fix, StringComparison.Ordinal);
        _tree.With("sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
        Assert.Equal(CheckState.Works, CheckOf("kernel lockdown", s_good).State);
    }

    [Theory]
    [InlineData("0", "0", "0", "Works", "off: equal pages are not merged")]
    [InlineData("1", "0", "0", "Works", "on; no pages are merged now")]
    [InlineData("1", "256", "768", "Degraded", "1 MiB of memory stand for 4 MiB of several processes, of fast and slow")]
    public void What_KSM_has_merged_is_told(string run, string shared, string sharing, string state, string said)
    {
        const string Ksm = "sys/kernel/mm/ksm/";
        _tree.With(Ksm + "run", run).With(Ksm + "pages_shared", shared).With(Ksm + "pages_sharing", sharing)
            .With(Ksm + "merge_across_nodes", "1\n");
        CheckResult check = CheckOf("KSM", s_good);
        Assert.Equal(state, check.State.ToString());
        Assert.StartsWith(said, check.Detail, StringComparison.Ordinal);
        _tree.With(Ksm + "merge_across_nodes", "0\n");
        Assert.Equal(CheckState.Works, CheckOf("KSM", s_good).State);
    }

    [Theory]
    [InlineData("always [inherit] madvise never", "always [madvise] never", 0, "64 KiB madvise")]
    [InlineData("[always] inherit madvise never", "always madvise [never]", 16, "64 KiB always; 1 MiB of anonymous memory are in")]
    [InlineData("always inherit madvise [never]", "[always]", 16, "none between a page and a huge page are switched on; 1 MiB")]
    public void Sizes_of_folios_that_are_switched_on_are_named(string size, string general, int folios, string said)
    {
        const string Folder = "sys/kernel/mm/transparent_hugepage/";
        Assert.Equal("this kernel has none between a page and a huge page", CheckOf("folios", s_good).Detail);
        _tree.With(Folder + "enabled", general).With(Folder + "hugepages-64kB/enabled", size)
            .With(Folder + "hugepages-64kB/stats/nr_anon", $"{folios}\n").With(Folder + "hugepages-2048kB/enabled", "[always]")
            .With(Folder + "hugepages-128kB/enabled", "always inherit madvise [never]");
        CheckResult check = CheckOf("folios", s_good);
        Assert.StartsWith(said, check.Detail, StringComparison.Ordinal);
        Assert.Equal(CheckState.Works, check.State);
    }

    [Fact]
    public void Hidden_addresses_are_told_from_a_missing_file()
    {
        _tree.With("proc/kallsyms", "0000000000000000 D init_task\n").With("proc/sys/kernel/kptr_restrict", "2\n");
        Assert.Equal("sudo sysctl kernel.kptr_restrict=1", CheckOf("kernel symbols", s_good).Fix);
    }

    [Theory]
    [InlineData("leave", "", true)]
    [InlineData("terrace", null, true)]
    [InlineData("terrace", "", false)]
    [InlineData("kernel", "[Service]\nCapabilityBoundingSet=CAP_CHOWN\n", false)]
    [InlineData("terrace", "[Service]\n# why\nCapabilityBoundingSet=CAP_CHOWN CAP_SYS_ADMIN\n", true)]
    [InlineData("terrace", "[Service]\nCapabilityBoundingSet=~\n", true)]
    [InlineData("terrace", "[Service]\nCapabilityBoundingSet=~\nCapabilityBoundingSet=~CAP_SYS_ADMIN\n", false)]
    [InlineData("terrace", "[Service]\nCapabilityBoundingSet=CAP_SYS_ADMIN\nCapabilityBoundingSet=\n", false)]
    public void A_kernel_mode_that_the_units_rights_do_not_suffice_for_is_named_with_the_drop_in(string mode, string? dropIn, bool suffice)
    {
        _tree.With("etc/terrace/terrace.yaml", $"host: {{ kernel: {mode} }}\n");
        if (dropIn is not null)
        {
            _tree.With("usr/lib/systemd/system/terrace.service", File.ReadAllText(RepositoryFiles.PathOf("packaging/terrace.service")));
            _tree.With("etc/systemd/system/terrace.service.d/mine.conf", dropIn);

            // Hidden by the one of the same name in /etc.
            _tree.With("usr/lib/systemd/system/terrace.service.d/mine.conf", "[Service]\nCapabilityBoundingSet=CAP_SYS_ADMIN\n");
        }

        CheckResult check = CheckOf("host.kernel", s_good);
        Assert.Equal(suffice ? CheckState.Works : CheckState.Degraded, check.State);
        Assert.Equal(!suffice, check.Fix?.Contains("/usr/share/terrace/host-kernel.conf", StringComparison.Ordinal) ?? false);
    }

    [Fact]
    public void The_drop_in_that_the_package_has_is_the_fix()
    {
        _tree.With("etc/terrace/terrace.yaml", "host: { kernel: terrace }\n")
            .With("etc/systemd/system/terrace.service", File.ReadAllText(RepositoryFiles.PathOf("packaging/terrace.service")));
        Assert.Equal(CheckState.Degraded, CheckOf("host.kernel", s_good).State);
        _tree.With(
            "etc/systemd/system/terrace.service.d/host-kernel.conf",
            File.ReadAllText(RepositoryFiles.PathOf("packaging/host-kernel.conf")));
        Assert.Equal(CheckState.Works, CheckOf("host.kernel", s_good).State);
    }

    [Fact]
    public void Nodes_without_a_latency_are_listed()
    {
        _tree.Without("sys/devices/system/node/node1/access0").Without("sys/devices/system/node/node1/access1");
        CheckResult check = CheckOf("latencies", s_good);
        Assert.Equal(CheckState.Degraded, check.State);
        Assert.Contains("node 1 without", check.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_root_the_fix_is_sudo()
    {
        HostProbes user = new(
            IsRoot: false, new TrackerProblem(TrackerProblemReason.NotPermitted, "reading page tables needs root", "run it with sudo"), 0);
        Assert.Equal("sudo terrace doctor", CheckOf("root", user).Fix);
        Assert.False(DoctorReport.Of(new DoctorHost(user, _tree.Root)).CanManage);
    }

    [Fact]
    public void Text_is_grouped_with_the_fix_below_what_needs_one_and_coloured_only_where_allowed()
    {
        _tree.With("sys/devices/system/node/online", "0\n").Without("dev/kvm");
        DoctorReport report = DoctorReport.Of(new DoctorHost(s_good, _tree.Root));
        using StringWriter plain = new();
        DoctorText.Write(new TextOutput(plain), report);
        string text = plain.ToString();
        Assert.DoesNotContain('\e', text);
        Assert.Matches(@"(?m)^rights\r?\n  works     root +user 0", text);
        Assert.Matches(@"(?m)^  missing   slow tier .*\r?\n +for: a place for cold pages\r?\n +fix: ", text);
        Assert.Contains("What prevents it: slow tier.", text, StringComparison.Ordinal);
        using StringWriter coloured = new();
        DoctorText.Write(new TextOutput(coloured, colour: true), report);
        Assert.Contains("\e[38;5;2mworks   \e[0m  root", coloured.ToString(), StringComparison.Ordinal);
        Assert.Contains("\e[38;5;1mmissing \e[0m  slow tier", coloured.ToString(), StringComparison.Ordinal);
        Assert.Contains("\e[38;5;3mmissing \e[0m  KVM", coloured.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(100)]
    public void No_line_is_wider_than_the_terminal(int width)
    {
        _tree.Without("dev/kvm").Without("proc/kallsyms").Without("sys/kernel/mm/lru_gen").Without("proc/pressure/memory");
        using StringWriter writer = new();
        DoctorText.Write(new TextOutput(writer, width), DoctorReport.Of(new DoctorHost(s_good, _tree.Root)));
        Assert.Contains("fix:", writer.ToString(), StringComparison.Ordinal);
        Assert.All(writer.ToString().Split('\n'), line => Assert.True(line.Length <= width, line));
    }

    private CheckResult CheckOf(string name, HostProbes probes) =>
        DoctorReport.Of(new DoctorHost(probes, _tree.Root)).Checks.Single(check => check.Name == name);
}
