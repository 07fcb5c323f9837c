using Terrace.Linux.Interop;
using Terrace.Linux.Kernel;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Kernel;

public sealed class KernelHoldTests : IDisposable
{
    private const string BootId = "proc/sys/kernel/random/boot_id";

    private readonly CapturedTree _tree = CapturedTree.CopyOf("two-tier-6.12")
        .With(BootId, "6c8a9f0e-first\n")
        .With("sys/kernel/mm/numa/demotion_enabled", "0\n");

    private string StatePath => KernelHold.PathIn(Path.Combine(_tree.Root, "run/terrace"));

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void What_is_held_is_given_back_and_the_state_file_is_gone()
    {
        KernelHold hold = New(out KernelSettings settings);
        Assert.All(hold.Take(Some(settings)), change => Assert.Equal((change.Wanted, 0), (change.After, change.Error)));
        Assert.Equal(
            [("demotion", "off", "on", "on"), ("numa_balancing", "1", "0", "0")],
            hold.Held().Select(knob => (knob.Name, knob.Before, knob.Held, knob.Now!)));
        Assert.Equal(2, New(out _).Release().Count);
        Assert.Equal(("1", "off"), Values());
        Assert.False(File.Exists(StatePath));
        Assert.Empty(New(out _).Release());
    }

    [Fact]
    public void What_was_so_already_is_not_held()
    {
        Set("numa_balancing", "0");
        KernelHold hold = New(out KernelSettings settings);
        Assert.Equal("demotion", Assert.Single(hold.Take(Some(settings))).Name);
        hold.Release();
        Assert.Equal(("0", "off"), Values());
    }

    [Fact]
    public void What_somebody_changed_meanwhile_is_not_overwritten()
    {
        New(out KernelSettings settings).Take(Some(settings));
        Set("numa_balancing", "2");
        Assert.Equal("demotion", Assert.Single(New(out _).Release()).Name);
        Assert.Equal(("2", "off"), Values());
        Assert.False(File.Exists(StatePath));
    }

    [Fact]
    public void A_successor_keeps_holding_what_a_killed_one_held()
    {
        New(out KernelSettings settings).Take(Some(settings));
        Assert.Empty(New(out settings).Take(Some(settings)));
        New(out _).Release();
        Assert.Equal(("1", "off"), Values());
    }

    [Fact]
    public void A_successor_that_wants_nothing_gives_back_what_a_killed_one_held()
    {
        New(out KernelSettings settings).Take(Some(settings));
        Assert.Equal(2, New(out _).Take([]).Count);
        Assert.Equal(("1", "off"), Values());
        Assert.False(File.Exists(StatePath));
    }

    [Fact]
    public void Going_over_to_other_values_keeps_what_was_before_the_first()
    {
        KernelHold hold = New(out KernelSettings settings);
        hold.Take(Some(settings));
        hold.Take([Setting(settings, "numa_balancing", "2"), Setting(settings, "demotion", "on")]);
        Assert.Equal(("2", "on"), Values());
        hold.Release();
        Assert.Equal(("1", "off"), Values());
    }

    [Fact]
    public void What_an_earlier_boot_left_is_not_given_back()
    {
        New(out KernelSettings settings).Take(Some(settings));
        _tree.With(BootId, "1f0b77aa-second\n");
        Assert.Empty(New(out _).Release());
        Assert.Equal(("0", "on"), Values());
    }

    [Fact]
    public void What_the_kernel_refuses_is_told_and_not_held()
    {
        KernelHold hold = New(
            out KernelSettings settings,
            (path, text) => path.EndsWith("demotion_enabled", StringComparison.Ordinal) ? Errno.EPERM : WriteAsKernel(path, text));
        Assert.Equal([0, Errno.EPERM], hold.Take(Some(settings)).Select(change => change.Error));
        Assert.Equal("numa_balancing", Assert.Single(hold.Held()).Name);
        hold.Release();
        Assert.Equal(("1", "off"), Values());
    }

    [Fact]
    public void What_the_kernel_does_not_take_back_is_kept_for_another_attempt()
    {
        New(out KernelSettings settings).Take(Some(settings));
        Assert.Contains(New(out _, (_, _) => Errno.EROFS).Release(), change => change.Error == Errno.EROFS);
        Assert.Equal(("0", "on"), Values());
        Assert.Equal(2, New(out _).Release().Count);
        Assert.Equal(("1", "off"), Values());
    }

    /// <summary>
    /// The program is killed at each write to the kernel in turn, before or after the kernel took it, while it takes, goes over
    /// or gives back.
    /// </summary>
    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    [InlineData(4, true)]
    public void Killed_at_any_write_a_successor_puts_all_back(int writesBefore, bool taken)
    {
        int writes = 0;
        KernelHold hold = New(out KernelSettings settings, (path, text) =>
        {
            bool last = writes++ == writesBefore;
            if (!last || taken)
            {
                WriteAsKernel(path, text);
            }

            return last ? throw new OperationCanceledException() : 0;
        });
        Assert.Throws<OperationCanceledException>(() =>
        {
            // Two writes, two (one back, one new), two.
            hold.Take(Some(settings));
            hold.Take([Setting(settings, "numa_balancing", "2"), Setting(settings, "demotion", "on")]);
            hold.Release();
        });
        New(out _).Take([]);
        Assert.Equal(("1", "off"), Values());
        Assert.False(File.Exists(StatePath));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"version\":1,\"before\":{},\"held\":{\"demotion\":null}}")]
    [InlineData("{\"version\":1,\"bootId\":\"6c8a9f0e-first\",\"before\":{},\"held\":{\"numa_balancing\":\"; reboot\"}}")]
    public void A_damaged_state_file_changes_nothing_and_stays(string text)
    {
        _tree.With("run/terrace/kernel-held.json", text);
        KernelHold hold = New(out KernelSettings settings, (_, _) => throw new InvalidOperationException("written"));
        Assert.Throws<InvalidDataException>(() => hold.Take(Some(settings)));
        Assert.Throws<InvalidDataException>(() => hold.Release());
        Assert.Equal(text, File.ReadAllText(StatePath));
    }

    private static KnobSetting Setting(KernelSettings settings, string name, string value) => new(settings.Find(name)!, value);

    private static List<KnobSetting> Some(KernelSettings settings) =>
        [Setting(settings, "numa_balancing", "0"), Setting(settings, "demotion", "on")];

    private static int WriteAsKernel(string path, string text)
    {
        File.WriteAllText(path, text + "\n");
        return 0;
    }

    private void Set(string name, string value)
    {
        KernelSettings settings = new(_tree.Root);
        WriteAsKernel(settings.PathOf(settings.Find(name)!), value);
    }

    private (string? Balancing, string? Demotion) Values()
    {
        KernelSettings settings = new(_tree.Root);
        return (settings.Read(settings.Find("numa_balancing")!).Value, settings.Read(settings.Find("demotion")!).Value);
    }

    private KernelHold New(out KernelSettings settings, Func<string, string, int>? write = null)
    {
        settings = new KernelSettings(_tree.Root, write ?? WriteAsKernel);
        return new KernelHold(settings, StatePath);
    }
}
