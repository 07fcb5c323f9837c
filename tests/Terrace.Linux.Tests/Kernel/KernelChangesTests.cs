using System.Runtime.Versioning;
using Terrace.Linux.Interop;
using Terrace.Linux.Kernel;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Kernel;

public sealed class KernelChangesTests : IDisposable
{
    private const string BootId = "proc/sys/kernel/random/boot_id";

    private readonly CapturedTree _tree = CapturedTree.CopyOf("two-tier-6.12").With(BootId, "6c8a9f0e-first\n");

    private string StatePath => Path.Combine(_tree.Root, "run/terrace/kernel-before.json");

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void What_was_changed_is_put_back_and_the_state_file_is_gone()
    {
        Dictionary<string, string?> before = Values();
        KernelChanges changes = New(out KernelSettings settings);
        IReadOnlyList<KnobChange> done = changes.Apply(Some(settings));
        Assert.All(done, change => Assert.Equal((change.Wanted, 0), (change.After, change.Error)));
        Assert.NotEqual(before, Values());
        Assert.Equal(before["numa_balancing"], changes.Before()["numa_balancing"]);
        Assert.Equal(Some(settings).Select(setting => setting.Knob.Name).Order(), changes.Restore().Select(change => change.Name).Order());
        Assert.Equal(before, Values());
        Assert.False(File.Exists(StatePath));
        Assert.Empty(changes.Restore());
    }

    [Fact]
    public void The_first_value_survives_later_changes_and_only_what_Terrace_changed_is_put_back()
    {
        KernelChanges changes = New(out KernelSettings settings);
        changes.Apply([Setting(settings, "numa_balancing", "2")]);
        changes.Apply([Setting(settings, "numa_balancing", "0"), Setting(settings, "zone_reclaim_mode", "1")]);
        Assert.Equal([("numa_balancing", "1"), ("zone_reclaim_mode", "0")], changes.Before().Select(entry => (entry.Key, entry.Value)));
        _tree.With("sys/kernel/mm/numa/demotion_enabled", "true\n");
        New(out _).Restore();
        Assert.Equal("1\n", _tree.Text("proc/sys/kernel/numa_balancing"));
        Assert.Equal("0\n", _tree.Text("proc/sys/vm/zone_reclaim_mode"));
        Assert.Equal("true\n", _tree.Text("sys/kernel/mm/numa/demotion_enabled"));
    }

    [Fact]
    public void What_is_so_already_writes_nothing()
    {
        KernelChanges changes = New(out KernelSettings settings, (_, _) => throw new InvalidOperationException("written"));
        KnobChange same = Assert.Single(changes.Apply([Setting(settings, "numa_balancing", "1")]));
        Assert.Equal(("1", "1"), (same.Before, same.After));
        Assert.False(Directory.Exists(Path.GetDirectoryName(StatePath)));
    }

    /// <summary>
    /// The program ends at each write in turn, before or after the kernel took it: what is left is enough to put all back.
    /// </summary>
    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public void Killed_at_any_write_all_can_be_put_back(int writesBefore, bool taken)
    {
        Dictionary<string, string?> before = Values();
        int writes = 0;
        KernelChanges changes = New(out KernelSettings settings, (path, text) =>
        {
            Assert.True(File.Exists(StatePath));
            bool last = writes++ == writesBefore;
            if (!last || taken)
            {
                WriteAsKernel(path, text);
            }

            return last ? throw new OperationCanceledException() : 0;
        });
        Assert.Throws<OperationCanceledException>(() => changes.Apply(Some(settings)));
        Assert.Equal(writesBefore + 1, writes);

        // The same once more while it is put back.
        KernelChanges restoring = New(out _, (_, _) => throw new OperationCanceledException());
        if (writesBefore > 0 || taken)
        {
            Assert.Throws<OperationCanceledException>(restoring.Restore);
            Assert.True(File.Exists(StatePath));
        }

        New(out _).Restore();
        Assert.Equal(before, Values());
        Assert.False(File.Exists(StatePath));
    }

    [Fact]
    public void Killed_while_the_state_file_was_written_what_lies_next_to_it_does_no_harm()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(StatePath)!);
        string left = Path.Combine(
            Path.GetDirectoryName(StatePath)!, $".{Path.GetFileName(StatePath)}.0123456789abcdef.new");
        File.WriteAllText(left, "{ \"vers");
        File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddMinutes(-2));
        KernelChanges changes = New(out KernelSettings settings);
        Assert.Empty(changes.Before());
        changes.Apply(Some(settings));
        Assert.Equal(3, changes.Before().Count);
        Assert.False(File.Exists(left));
    }

    [Fact]
    public void A_refusal_ends_the_changes_and_is_told_with_its_number()
    {
        int writes = 0;
        KernelChanges changes = New(out KernelSettings settings, (path, text) =>
        {
            if (writes++ == 1)
            {
                return Errno.EINVAL;
            }

            WriteAsKernel(path, text);
            return 0;
        });
        IReadOnlyList<KnobChange> done = changes.Apply(Some(settings));
        Assert.Equal([0, Errno.EINVAL], done.Select(change => change.Error));
        Assert.Equal(done[1].Before, done[1].After);
    }

    [Fact]
    public void Where_one_cannot_be_put_back_the_others_are_and_the_file_stays()
    {
        New(out KernelSettings settings).Apply(Some(settings));
        KernelChanges refusing = New(out _, (path, text) =>
        {
            if (path.EndsWith("demotion_enabled", StringComparison.Ordinal))
            {
                return Errno.EPERM;
            }

            WriteAsKernel(path, text);
            return 0;
        });
        Assert.Equal("demotion", Assert.Single(refusing.Restore(), change => change.Error != 0).Name);
        Assert.True(File.Exists(StatePath));
        Assert.Equal("1\n", _tree.Text("proc/sys/kernel/numa_balancing"));
        New(out _).Restore();
        Assert.False(File.Exists(StatePath));
    }

    [Fact]
    public void Setting_a_weight_keeps_all_weights_and_who_made_them()
    {
        _tree.With("sys/kernel/mm/mempolicy/weighted_interleave/auto", "true\n");
        KernelChanges changes = New(out KernelSettings settings);
        changes.Apply([Setting(settings, "weighted_interleave_node1", "9")]);
        Assert.Equal(["weighted_interleave_auto", "weighted_interleave_node0", "weighted_interleave_node1"], changes.Before().Keys);

        // As the kernel does when a weight is set.
        _tree.With("sys/kernel/mm/mempolicy/weighted_interleave/auto", "false\n");
        List<string> written = [];
        New(out _, (path, text) =>
        {
            written.Add(Path.GetFileName(path));
            WriteAsKernel(path, text);
            return 0;
        }).Restore();
        Assert.Equal(["node1", "auto"], written);
    }

    [Fact]
    public void The_other_name_of_the_automatic_weights_is_known()
    {
        _tree.Without("sys/kernel/mm/mempolicy/weighted_interleave/auto")
            .With("sys/kernel/mm/mempolicy/weighted_interleave/__auto_type", "false\n");
        New(out KernelSettings settings).Apply([Setting(settings, "weighted_interleave_auto", "on")]);
        Assert.Equal("1\n", _tree.Text("sys/kernel/mm/mempolicy/weighted_interleave/__auto_type"));
    }

    [Fact]
    public void A_node_that_is_gone_has_nothing_to_put_back()
    {
        New(out KernelSettings settings).Apply([Setting(settings, "weighted_interleave_node1", "9")]);
        _tree.With("sys/devices/system/node/online", "0\n");
        KnobChange gone = Assert.Single(New(out _).Restore(), change => change.Name == "weighted_interleave_node1");
        Assert.Equal((null, 0), (gone.After, gone.Error));
        Assert.False(File.Exists(StatePath));
    }

    [Fact]
    public void What_an_earlier_boot_left_is_not_put_back_and_makes_room_for_the_new()
    {
        New(out KernelSettings settings).Apply(Some(settings));
        _tree.With(BootId, "1f0b77aa-second\n").With("proc/sys/kernel/numa_balancing", "3\n");
        Assert.Empty(New(out _).Before());
        New(out settings).Apply([Setting(settings, "numa_balancing", "0")]);
        Assert.Equal("3", Assert.Single(New(out _).Before()).Value);
        New(out _).Restore();
        Assert.Equal("3\n", _tree.Text("proc/sys/kernel/numa_balancing"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"version\":2,\"before\":{}}")]
    [InlineData("{\"version\":1,\"before\":null}")]
    [InlineData("{\"version\":1,\"before\":{\"demotion\":null}}")]
    [InlineData("{\"version\":1,\"bootId\":\"6c8a9f0e-first\",\"before\":{\"numa_balancing\":\"; reboot\"}}")]
    [InlineData("{\"version\":1,\"before\":{\"demo")]
    public void A_damaged_state_file_changes_nothing_and_stays(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(StatePath)!);
        File.WriteAllText(StatePath, text);
        KernelChanges changes = New(out KernelSettings settings, (_, _) => throw new InvalidOperationException("written"));
        Assert.Throws<InvalidDataException>(() => changes.Apply(Some(settings)));
        Assert.Throws<InvalidDataException>(changes.Restore);
        Assert.Equal(text, File.ReadAllText(StatePath));
    }

    [Fact]
    public void Two_at_once_lose_nothing_of_what_was_before()
    {
        Dictionary<string, string?> before = Values();
        _ = New(out KernelSettings settings);
        Parallel.ForEach(Some(settings), setting => New(out _).Apply([setting]));
        Assert.Equal(3, New(out _).Before().Count);
        New(out _).Restore();
        Assert.Equal(before, Values());
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void Everybody_may_see_what_was_changed()
    {
        New(out KernelSettings settings).Apply(Some(settings));
        Assert.Equal("755", Convert.ToString((int)File.GetUnixFileMode(Path.GetDirectoryName(StatePath)!), 8));
        Assert.Equal("644", Convert.ToString((int)File.GetUnixFileMode(StatePath), 8));
    }

    private static List<KnobSetting> Some(KernelSettings settings) =>
        [
            Setting(settings, "numa_balancing", "0"),
            Setting(settings, "demotion", "on"),
            Setting(settings, "transparent_hugepage", "madvise"),
        ];

    private static KnobSetting Setting(KernelSettings settings, string name, string value) => new(settings.Find(name)!, value);

    private KernelChanges New(out KernelSettings settings, Func<string, string, int>? write = null)
    {
        settings = new KernelSettings(_tree.Root, write ?? ((path, text) =>
        {
            WriteAsKernel(path, text);
            return 0;
        }));
        return new KernelChanges(settings, StatePath);
    }

    private Dictionary<string, string?> Values()
    {
        KernelSettings settings = new(_tree.Root);
        return settings.Knobs.ToDictionary(knob => knob.Name, knob => settings.Read(knob).Value);
    }

    // A file of the kernel prints in its own form what was written in another.
    private static void WriteAsKernel(string path, string text) =>
        File.WriteAllText(
            path, path.EndsWith("transparent_hugepage/enabled", StringComparison.Ordinal) ? $"[{text}] other\n" : text + "\n");
}
