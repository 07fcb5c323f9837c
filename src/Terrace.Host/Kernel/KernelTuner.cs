using Terrace.Host.Failures;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;
using Terrace.Linux.Kernel;

namespace Terrace.Host.Kernel;

/// <summary>Changes the kernel's settings as people ask for it; each refusal with its exit code and its fix.</summary>
/// <param name="settings">Of this machine.</param>
/// <param name="changes">What people changed.</param>
/// <param name="held">What the daemon holds.</param>
/// <param name="requireRight">
/// Fails when the caller may not change settings; asked when what was asked for makes sense, and before anything is done. A setting
/// that is so already would need no right: but whoever lacks it should hear so the first time.
/// </param>
internal sealed class KernelTuner(KernelSettings settings, KernelChanges changes, KernelHold held, Action? requireRight = null)
{
    /// <summary>
    /// What <see cref="Restore"/> would put back, by name: what people changed, and what the daemon holds or a killed one left.
    /// </summary>
    /// <exception cref="CommandFailure">A state file cannot be used.</exception>
    public IReadOnlyDictionary<string, string> Before()
    {
        SortedDictionary<string, string> before = new(StringComparer.Ordinal);
        foreach (HeldKnob knob in Guard(held.FilePath, held.Held).Where(knob => knob.Now == knob.Held))
        {
            before[knob.Name] = knob.Before;
        }

        foreach ((string name, string value) in Guard(changes.FilePath, changes.Before))
        {
            before[name] = value;
        }

        return before;
    }

    /// <summary>The file in which that is kept.</summary>
    /// <exception cref="CommandFailure">It cannot be used.</exception>
    public string StateFile() => Guard(changes.FilePath, changes.Before).Count > 0 ? changes.FilePath : held.FilePath;

    /// <summary>The settings that belong to a mode.</summary>
    /// <param name="settings">Of this machine.</param>
    /// <param name="mode">The mode.</param>
    /// <param name="absent">Those that the mode would set and that this kernel does not have.</param>
    /// <exception cref="CommandFailure">This kernel cannot do it.</exception>
    public static IReadOnlyList<KnobSetting> SettingsOf(KernelSettings settings, KernelMode mode, out IReadOnlyList<string> absent)
    {
        KnobSetting Of((string Knob, string Value) setting) => new(settings.Find(setting.Knob)!, setting.Value);
        List<KnobSetting> needed = [.. mode.Needed.Select(Of)];
        needed.ForEach(setting => RequirePresent(settings, setting));
        ILookup<bool, KnobSetting> wished = mode.Wished.Select(Of).ToLookup(setting => settings.Read(setting.Knob).IsPresent);
        List<KnobSetting> wanted = [.. needed, .. wished[true]];
        wanted.ForEach(setting => RequirePresent(settings, setting));
        absent = [.. wished[false].Select(setting => setting.Knob.Name)];
        return wanted;
    }

    /// <summary>Fails when the kernel refused one of some changes.</summary>
    /// <param name="settings">Of this machine.</param>
    /// <param name="done">The changes.</param>
    /// <param name="rightsFix">
    /// What gives this process a capability that it lacks, and lets it write; null where it is a command that somebody gave.
    /// </param>
    /// <exception cref="CommandFailure">It did.</exception>
    public static void RequireTaken(KernelSettings settings, IReadOnlyList<KnobChange> done, string? rightsFix = null)
    {
        if (done.FirstOrDefault(change => change.Error != 0) is { } refused)
        {
            KernelKnob knob = settings.Find(refused.Name)!;
            string lacking = refused.Error == Errno.EPERM && knob.Needs is { } right ? $" without {right}" : "";
            throw refused.Error is Errno.EACCES or Errno.EPERM or Errno.EROFS
                ? new CommandFailure(
                    ExitCode.NotPermitted,
                    $"{settings.PathOf(knob)} may not be written{(lacking.Length > 0 ? lacking : ": " + ErrorWords.Of(refused.Error))}",
                    (lacking.Length > 0 || refused.Error == Errno.EROFS ? rightsFix : null)
                        ?? "run it as root on the host, not in a container")
                : new CommandFailure(
                    ExitCode.Unavailable,
                    $"this kernel refuses {refused.Name}={refused.Wanted}: {ErrorWords.Of(refused.Error)}",
                    "see dmesg; terrace kernel --restore puts back what was changed");
        }
    }

    /// <summary>Does work on a state file; what is wrong with the file becomes a refusal with its fix.</summary>
    /// <exception cref="CommandFailure">The file cannot be used.</exception>
    public static T Guard<T>(string file, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (InvalidDataException problem)
        {
            throw new CommandFailure(
                ExitCode.Unavailable,
                $"{file} cannot be used: {problem.Message}",
                "see terrace kernel --help for what it is; set the kernel's settings by hand and remove the file");
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandFailure(
                ExitCode.NotPermitted, "only root may change the kernel's settings", "run it with sudo: sudo terrace kernel …");
        }
        catch (IOException problem)
        {
            throw new CommandFailure(
                ExitCode.CannotWrite,
                $"{file} cannot be kept: {ErrorWords.Of(problem)}",
                "nothing was changed; check that /run can be written and that no other terrace is changing settings");
        }
    }

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

        wanted.ForEach(setting => RequirePresent(settings, setting));
        return Apply(wanted, []);
    }

    /// <summary>Sets what belongs to a mode.</summary>
    /// <exception cref="CommandFailure">There is no such mode, this kernel cannot do it, or a setting was refused.</exception>
    public KernelChangeReport SetMode(string name)
    {
        KernelMode mode = KernelMode.Find(name)
            ?? throw new CommandFailure(
                ExitCode.Usage,
                $"--mode: '{name}' is not a mode",
                $"one of: {string.Join(", ", KernelMode.All.Select(mode => mode.Name))}");
        return Apply(SettingsOf(settings, mode, out IReadOnlyList<string> absent), absent);
    }

    /// <summary>Puts back what settings were before, those too that a daemon holds unless somebody else has changed them.</summary>
    /// <exception cref="CommandFailure">A state file cannot be used, or a setting was refused.</exception>
    public KernelChangeReport Restore()
    {
        requireRight?.Invoke();

        // The daemon may have changed a setting before a person did or after: what it holds is given back in either order.
        List<KnobChange> done =
        [
            .. Guard(held.FilePath, () => held.Release(keepOthers: true)),
            .. Guard(changes.FilePath, changes.Restore),
            .. Guard(held.FilePath, () => held.Release()),
        ];
        return ReportOf(done, []);
    }

    private KnobSetting Parse(string assignment)
    {
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new CommandFailure(
                ExitCode.Usage, $"--set: '{assignment}' is not NAME=VALUE", "write for example --set numa_balancing=0");
        }

        string name = assignment[..equals];
        string text = assignment[(equals + 1)..];
        if (settings.Find(name) is not { } knob)
        {
            IEnumerable<string> names = settings.Knobs.Where(other => other.ShownOnlyBecause is null).Select(other => other.Name);
            throw new CommandFailure(
                ExitCode.Usage, $"--set: '{name}' is not a setting that terrace knows here", $"one of: {string.Join(", ", names)}");
        }

        if (knob.ShownOnlyBecause is { } reason)
        {
            throw new CommandFailure(ExitCode.Usage, $"--set: {name} is shown only", reason);
        }

        return knob.Form.Accept(text) is { } value
            ? new KnobSetting(knob, value)
            : throw new CommandFailure(ExitCode.Usage, $"--set: '{text}' is not a value of {name}", $"it takes {knob.Form.Expected}");
    }

    private static void RequirePresent(KernelSettings settings, KnobSetting setting)
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
                $"{settings.PathOf(setting.Knob)} has a value that this version does not understand, so it could not be put back",
                "set it by hand, and report the kernel's version");
        }
    }

    private KernelChangeReport Apply(IReadOnlyList<KnobSetting> wanted, IReadOnlyList<string> absent)
    {
        requireRight?.Invoke();
        return ReportOf(Guard(changes.FilePath, () => changes.Apply(wanted)), absent);
    }

    private KernelChangeReport ReportOf(IReadOnlyList<KnobChange> done, IReadOnlyList<string> absent)
    {
        RequireTaken(settings, done);
        return new KernelChangeReport
        {
            Changes = [.. done.Select(change => new KernelChangeLine { Name = change.Name, Before = change.Before, After = change.After })],
            NotOnThisKernel = absent,
            StateFile = Before().Count > 0 ? StateFile() : null,
        };
    }
}
