using Terrace.Cli.Kernel;
using Terrace.Cli.Terminal;
using Terrace.Host.Failures;
using Terrace.Host.Kernel;
using Terrace.Linux;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;
using Terrace.Linux.Kernel;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Cli.Tests.Kernel;

public sealed class KernelTunerTests : IDisposable
{
    private const string Balancing = "proc/sys/kernel/numa_balancing";
    private const string Demotion = "sys/kernel/mm/numa/demotion_enabled";

    // 0 instead of false: a plain file is not emptied before it is written, as the kernel's are.
    private readonly CapturedTree _tree = CapturedTree.CopyOf("two-tier-6.12").With(Demotion, "0\n");

    private string StatePath => Path.Combine(_tree.Root, "run/terrace/kernel-before.json");

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void Mode_terrace_ends_balancing_and_keeps_demotion_for_emergencies()
    {
        KernelChangeReport report = New().SetMode("terrace");
        Assert.Equal(
            [("numa_balancing", "1", "0"), ("demotion", "off", "on")],
            report.Changes.Select(change => (change.Name, change.Before!, change.After!)));
        Assert.Equal(StatePath, report.StateFile);
        KernelChangeReport restored = New().Restore();
        Assert.Equal(
            [("numa_balancing", "0", "1"), ("demotion", "on", "off")],
            restored.Changes.Select(change => (change.Name, change.Before!, change.After!)));
        Assert.Null(restored.StateFile);
    }

    [Fact]
    public void Mode_cooperate_sets_what_mode_terrace_does_and_needs_demotion_to_cooperate_with()
    {
        KernelChangeReport report = New().SetMode("cooperate");
        Assert.Equal([("demotion", "on"), ("numa_balancing", "0")], report.Changes.Select(change => (change.Name, change.After!)).Order());
        New().Restore();
        _tree.Without(Demotion);
        CommandFailure failure = Assert.Throws<CommandFailure>(() => New().SetMode("cooperate"));
        Assert.Equal(ExitCode.Unavailable, failure.ExitCode);
        Assert.Equal("1\n", _tree.Text(Balancing));
    }

    [Fact]
    public void Mode_terrace_does_what_it_can_where_the_kernel_has_no_demotion()
    {
        _tree.Without(Demotion);
        KernelChangeReport report = New().SetMode("terrace");
        Assert.Equal("numa_balancing", Assert.Single(report.Changes).Name);
        Assert.Equal(["demotion"], report.NotOnThisKernel);
        using StringWriter text = new();
        KernelReportText.Write(new TextOutput(text), report);
        Assert.Contains("demotion is not on this kernel", text.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Demotion, "demotion", Balancing, "1\n")]
    [InlineData(Balancing, "numa_balancing", Demotion, "0\n")]
    public void Mode_kernel_is_refused_whole_where_the_kernel_cannot_do_it(string file, string name, string other, string otherText)
    {
        _tree.Without(file);
        CommandFailure failure = Assert.Throws<CommandFailure>(() => New().SetMode("kernel"));
        Assert.Equal(ExitCode.Unavailable, failure.ExitCode);
        Assert.Contains(name + " is not on this kernel", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(StatePath));
        Assert.Equal(otherText, _tree.Text(other));
    }

    [Theory]
    [InlineData(ExitCode.Usage, "given twice", "numa_balancing=0", "numa_balancing=0")]
    [InlineData(ExitCode.Usage, "shown only", "min_free_kbytes=90112")]
    [InlineData(ExitCode.Usage, "'7'", "demotion=on", "numa_balancing=7")]
    [InlineData(ExitCode.Unavailable, "weighted_interleave/auto", "demotion=on", "weighted_interleave_auto=on")]
    [InlineData(ExitCode.Usage, "weighted_interleave_node9", "weighted_interleave_node9=3")]
    public void One_bad_setting_leaves_all_as_they_are(int exitCode, string named, params string[] assignments)
    {
        CommandFailure failure = Assert.Throws<CommandFailure>(() => New().Set(assignments));
        Assert.Equal(exitCode, failure.ExitCode);
        Assert.Contains(named, failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(("1\n", "0\n"), (_tree.Text(Balancing), _tree.Text(Demotion)));
        Assert.False(File.Exists(StatePath));
    }

    [Fact]
    public void A_value_that_could_not_be_put_back_is_not_replaced()
    {
        _tree.With(Balancing, "adaptive\n");
        CommandFailure failure = Assert.Throws<CommandFailure>(() => New().Set(["numa_balancing=0"]));
        Assert.Equal(ExitCode.Unavailable, failure.ExitCode);
        Assert.Equal("adaptive\n", _tree.Text(Balancing));
    }

    [Fact]
    public void A_damaged_state_file_is_named_with_what_to_do()
    {
        _tree.With("run/terrace/kernel-before.json", "{");
        CommandFailure failure = Assert.Throws<CommandFailure>(() => New().Restore());
        Assert.Equal(ExitCode.Unavailable, failure.ExitCode);
        Assert.Contains(StatePath, failure.Message, StringComparison.Ordinal);
        Assert.Contains("remove the file", failure.Problem.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_file_that_cannot_be_written_leaves_the_kernel_as_it_is()
    {
        _tree.With("run/terrace", "a file where the folder should be");
        CommandFailure failure = Assert.Throws<CommandFailure>(() => New().Set(["numa_balancing=0"]));
        Assert.Equal(ExitCode.CannotWrite, failure.ExitCode);
        Assert.Equal("1\n", _tree.Text(Balancing));
    }

    [Theory]
    [InlineData("numa_balancing", Errno.EPERM, "without CAP_SYS_ADMIN", "give the right")]
    [InlineData("numa_balancing", Errno.EROFS, "read-only", "give the right")]
    [InlineData("demotion", Errno.EPERM, "may not be written: not permitted", "on the host")]
    public void A_capability_that_the_kernel_asks_for_is_named_with_what_gives_it(string name, int error, string named, string fix)
    {
        KnobChange refused = new(name, "1", "0", "1", error);
        CommandFailure failure = Assert.Throws<CommandFailure>(
            () => KernelTuner.RequireTaken(new KernelSettings(_tree.Root), [refused], "give the right"));
        Assert.Equal(ExitCode.NotPermitted, failure.ExitCode);
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        Assert.Contains(fix, failure.Problem.Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Restoring_gives_back_what_a_killed_daemon_held_whoever_changed_it_first(bool daemonFirst)
    {
        KernelSettings settings = new(_tree.Root);
        KernelHold daemon = new(settings, KernelHold.PathIn(Path.GetDirectoryName(StatePath)!));
        void Hold() => daemon.Take([new KnobSetting(settings.Find("numa_balancing")!, "0")]);
        if (daemonFirst)
        {
            Hold();
        }

        New().Set(["numa_balancing=2"]);
        if (!daemonFirst)
        {
            Hold();
        }

        Assert.NotEmpty(New().Before());
        Assert.Null(New().Restore().StateFile);
        Assert.Equal("1\n", _tree.Text(Balancing));
        Assert.False(File.Exists(daemon.FilePath));
    }

    [Fact]
    public void The_table_shows_what_each_value_means_what_was_before_and_what_fights()
    {
        New().Set(["numa_balancing=2"]);
        KernelSettings settings = new(_tree.Root);
        using LinuxMachine machine = new(_tree.Root);
        KernelReport report = KernelReport.Of(machine, new FileTree(_tree.Root), settings, New().Before(), StatePath);
        KernelSettingReport balancing = report.Settings.Single(setting => setting.Name == "numa_balancing");
        Assert.Equal(("2", "1"), (balancing.Value, balancing.Before));
        using StringWriter writer = new();
        KernelReportText.Write(new TextOutput(writer), report);
        string text = writer.ToString();
        Assert.Matches(@"(?m)^numa_balancing +2 +1 +the kernel promotes hot pages by itself", text);
        Assert.Matches(@"(?m)^weighted_interleave_auto +not on this kernel", text);
        Assert.Matches(@"(?m)^ +1 +1 +46 +[\d.]+ MiB", text);
        Assert.Contains("terrace kernel --mode terrace", text, StringComparison.Ordinal);
        Assert.Contains("--restore", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_may_not_change_settings_is_told_so_also_where_nothing_would_change_but_after_what_makes_no_sense()
    {
        CommandFailure no = new(ExitCode.NotPermitted, "no", "no");
        KernelTuner tuner = New(() => throw no);
        string value = new KernelSettings(_tree.Root).Read(new KernelSettings(_tree.Root).Find("numa_balancing")!).Value!;
        Assert.Same(no, Assert.Throws<CommandFailure>(() => tuner.Set([$"numa_balancing={value}"])));
        Assert.Same(no, Assert.Throws<CommandFailure>(tuner.Restore));
        Assert.Same(no, Assert.Throws<CommandFailure>(() => tuner.SetMode("terrace")));
        Assert.Equal(ExitCode.Usage, Assert.Throws<CommandFailure>(() => tuner.Set(["numa_balancing=9"])).ExitCode);
        Assert.Equal(ExitCode.Usage, Assert.Throws<CommandFailure>(() => tuner.SetMode("quick")).ExitCode);
    }

    private KernelTuner New(Action? requireRight = null)
    {
        KernelSettings settings = new(_tree.Root);
        return new KernelTuner(
            settings,
            new KernelChanges(settings, StatePath),
            new KernelHold(settings, KernelHold.PathIn(Path.GetDirectoryName(StatePath)!)),
            requireRight);
    }
}
