using Terrace.Linux.Interop;
using Terrace.Linux.Kernel;

namespace Terrace.Cli.Cooperation;

/// <summary>Changes the kernel's settings as people ask for it; each refusal with its exit code and its mend.</summary>
internal sealed class KernelTuner(KernelSettings settings, KernelChanges changes)
{
    /// <summary>What <see cref="Restore"/> would put back, by name.</summary>
    /// <exception cref="CommandFailure">The state file cannot be used.</exception>
    public IReadOnlyDictionary<string, string> Before() => Guard(changes.Before);

    /// <summary>Sets what texts such as <c>numa_balancing=0</c> say, all or, when one of them makes no sense, none.</summary>
    /// <exception cref="CommandFailure">One makes no sense, is not on this kernel, or was refused.</exception>
    public KernelChangeReport Set(IReadOnlyList<string> assignments)
    {
        List<KnobSetting> wanted = [];
        foreach (string assignment in assignments)
        {
            KnobSetting setting = Parse(assignment);
            if (wanted.Exists(other => other.Knob == setting.Knob))
            {
                throw new CommandFailure(ExitCode.Usage, $"--set: {setting.Knob.Name} is given twice", "give it once");
            }

            wanted.Add(setting);
        }

        wanted.ForEach(RequirePresent);
        return Apply(wanted, []);
    }

    /// <summary>Sets what belongs to a mode.</summary>
    /// <exception cref="CommandFailure">There is no such mode, this kernel cannot do it, or a setting was refused.</exception>
    public KernelChangeReport SetMode(string name)
    {
        KernelMode mode = KernelMode.Find(name)
            ?? throw new CommandFailure(ExitCode.Usage, $"--mode: '{name}' is not a mode", $"one of: {string.Join(", ", KernelMode.All.Select(mode => mode.Name))}");
        List<KnobSetting> needed = [.. mode.Needed.Select(SettingOf)];
        needed.ForEach(RequirePresent);
        ILookup<bool, KnobSetting> wished = mode.Wished.Select(SettingOf).ToLookup(setting => settings.Read(setting.Knob).IsPresent);
        List<KnobSetting> wanted = [.. needed, .. wished[true]];
        wanted.ForEach(RequirePresent);
        return Apply(wanted, [.. wished[false].Select(setting => setting.Knob.Name)]);
    }

    /// <summary>Puts back what settings were before.</summary>
    /// <exception cref="CommandFailure">The state file cannot be used, or a setting was refused.</exception>
    public KernelChangeReport Restore() => ReportOf(Guard(changes.Restore), []);

    private KnobSetting SettingOf((string Knob, string Value) setting) => new(settings.Find(setting.Knob)!, setting.Value);

    private KnobSetting Parse(string assignment)
    {
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new CommandFailure(ExitCode.Usage, $"--set: '{assignment}' is not NAME=VALUE", "write for example --set numa_balancing=0");
        }

        string name = assignment[..equals];
        string text = assignment[(equals + 1)..];
        if (settings.Find(name) is not { } knob)
        {
            IEnumerable<string> names = settings.Knobs.Where(other => other.ShownOnlyBecause is null).Select(other => other.Name);
            throw new CommandFailure(ExitCode.Usage, $"--set: '{name}' is no setting that terrace knows here", $"one of: {string.Join(", ", names)}");
        }

        if (knob.ShownOnlyBecause is { } reason)
        {
            throw new CommandFailure(ExitCode.Usage, $"--set: {name} is shown only", reason);
        }

        return knob.Form.Accept(text) is { } value
            ? new KnobSetting(knob, value)
            : throw new CommandFailure(ExitCode.Usage, $"--set: '{text}' is no value of {name}", $"it takes {knob.Form.Expected}");
    }

    private void RequirePresent(KnobSetting setting)
    {
        KnobState state = settings.Read(setting.Knob);
        if (!state.IsPresent)
        {
            throw new CommandFailure(
                ExitCode.Unavailable,
                $"{setting.Knob.Name} is not on this kernel: there is no {settings.PathOf(setting.Knob)}",
                "leave it out, or use a kernel that has it; see terrace kernel");
        }

        if (state.Value is null)
        {
            throw new CommandFailure(
                ExitCode.Unavailable,
                $"{settings.PathOf(setting.Knob)} says something that this version does not understand, so that it could not be put back",
                "set it by hand, and report the kernel's version");
        }
    }

    private KernelChangeReport Apply(IReadOnlyList<KnobSetting> wanted, IReadOnlyList<string> absent) => ReportOf(Guard(() => changes.Apply(wanted)), absent);

    private KernelChangeReport ReportOf(IReadOnlyList<KnobChange> done, IReadOnlyList<string> absent)
    {
        if (done.FirstOrDefault(change => change.Error != 0) is { } refused)
        {
            KernelKnob knob = settings.Find(refused.Name)!;
            throw refused.Error is Errno.EACCES or Errno.EPERM or Errno.EROFS
                ? new CommandFailure(ExitCode.NotPermitted, $"{settings.PathOf(knob)} may not be written (error {refused.Error})", "run it as root on the host, not in a container")
                : new CommandFailure(
                    ExitCode.Unavailable,
                    $"this kernel refuses {refused.Name}={refused.Wanted} (error {refused.Error})",
                    "see dmesg; terrace kernel --restore puts back what was changed");
        }

        return new KernelChangeReport
        {
            Changes = [.. done.Select(change => new KernelChangeLine { Name = change.Name, Before = change.Before, After = change.After })],
            NotOnThisKernel = absent,
            StateFile = Before().Count > 0 ? changes.FilePath : null,
        };
    }

    private T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (InvalidDataException problem)
        {
            throw new CommandFailure(
                ExitCode.Unavailable,
                $"{changes.FilePath} cannot be used: {problem.Message}",
                "see terrace kernel --help for what it is; set the kernel's settings by hand and remove the file");
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.NotPermitted, "only root may change the kernel's settings", "run it with sudo: sudo terrace kernel …");
        }
        catch (IOException problem)
        {
            throw new CommandFailure(
                ExitCode.CannotWrite,
                $"{changes.FilePath} cannot be kept: {problem.Message.TrimEnd('.')}",
                "nothing was changed; see that /run can be written and that no other terrace is changing settings");
        }
    }
}
