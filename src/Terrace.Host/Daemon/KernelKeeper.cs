using Microsoft.Extensions.Logging;
using Terrace.Host.Control;
using Terrace.Host.Failures;
using Terrace.Host.Kernel;
using Terrace.Linux.Kernel;

namespace Terrace.Host.Daemon;

/// <summary>
/// Keeps the kernel's own tiering as the configuration wants it while the daemon runs. What cannot be set is logged and told, and
/// does not keep the daemon from managing. For
/// the loop's thread only.
/// </summary>
internal sealed class KernelKeeper(KernelSettings settings, string runFolder, ILogger log)
{
    private const string Leave = "leave";

    private readonly KernelHold _hold = new(settings, KernelHold.PathIn(runFolder));
    private KernelMode? _mode;
    private string? _problem;

    /// <summary>The mode that the configuration asks for; null for none.</summary>
    public KernelMode? Mode => _mode;

    /// <summary>Sets the mode of a configuration; null gives back what a daemon before this one left when it was killed.</summary>
    public void Begin(KernelMode? mode)
    {
        _mode = mode;
        _problem = null;
        Try(() =>
        {
            IReadOnlyList<string> absent = [];
            IReadOnlyList<KnobSetting> wanted = mode is null ? [] : KernelTuner.SettingsOf(settings, mode, out absent);
            foreach (string name in absent)
            {
                DaemonLog.Warn(log, $"{name} is not on this kernel: kernel mode {mode!.Name} does without it");
            }

            return _hold.Take(wanted);
        });
    }

    /// <summary>
    /// Goes over to another mode; false, and nothing is done, when it is the same: what people changed meanwhile would be
    /// overwritten.
    /// </summary>
    public bool Follow(KernelMode? mode)
    {
        if (mode == _mode)
        {
            return false;
        }

        Begin(mode);
        return true;
    }

    /// <summary>Puts back what it changed and nobody else has changed since.</summary>
    public void End() => Try(() => _hold.Release());

    /// <summary>How things stand.</summary>
    public KernelStatus Status()
    {
        IReadOnlyList<HeldSetting> held = [];
        string? problem = _problem;
        try
        {
            held =
            [
                .. KernelTuner.Guard(_hold.FilePath, _hold.Held)
                    .Select(knob => new HeldSetting(knob.Name, knob.Before, knob.Held, knob.Now)),
            ];
        }
        catch (CommandFailure failure)
        {
            problem ??= failure.Problem.ToString();
        }

        return new KernelStatus { Mode = _mode?.Name ?? Leave, Held = held, Problem = problem };
    }

    private void Try(Func<IReadOnlyList<KnobChange>> work)
    {
        try
        {
            IReadOnlyList<KnobChange> changes = KernelTuner.Guard(_hold.FilePath, work);
            foreach (KnobChange change in changes.Where(change => change.Error == 0))
            {
                DaemonLog.KernelChanged(log, change.Name, change.Before ?? "nothing", change.After ?? "nothing");
            }

            KernelTuner.RequireTaken(settings, changes, ServiceDropIn.HostKernel.Fix);
        }
        catch (CommandFailure failure)
        {
            _problem = failure.Problem.ToString();
            DaemonLog.Warn(log, $"host.kernel: {_mode?.Name ?? Leave}: {_problem}");
        }
    }
}
