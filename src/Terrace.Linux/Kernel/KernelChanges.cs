using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Kernel;

/// <summary>
/// Changes kernel settings so that they can be put back. What a knob was before Terrace first changed it is in the state file
/// before the knob
/// is written, and stays there until it is put back: killed at any instant, Terrace leaves a file from which <see cref="Restore"/> works.
/// </summary>
public sealed class KernelChanges
{
    /// <summary>Where the state file is. /run does not survive a boot, as the settings do not.</summary>
    public const string StandardPath = "/run/terrace/kernel-before.json";

    private readonly KernelSettings _settings;
    private readonly StateFile _file;

    /// <summary>Changes <paramref name="settings"/>, with the state file at <paramref name="path"/>.</summary>
    public KernelChanges(KernelSettings settings, string path = StandardPath)
    {
        _settings = settings;
        _file = new StateFile(path);
    }

    /// <summary>Where the state file is.</summary>
    public string FilePath => _file.FullPath;

    /// <summary>
    /// What <see cref="Restore"/> would put back: value by name of knob. Empty when Terrace changed nothing since the machine
    /// started.
    /// </summary>
    /// <exception cref="InvalidDataException">The state file is not one that Terrace wrote.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public IReadOnlyDictionary<string, string> Before() => Load().Before;

    /// <summary>
    /// Sets knobs in order; those that are so already are left alone. Ends with the first that the kernel refuses, which is then
    /// the last of the
    /// results: those before it stay changed, and <see cref="Restore"/> knows them.
    /// </summary>
    /// <exception cref="InvalidDataException">The state file is not one that Terrace wrote; nothing was changed.</exception>
    /// <exception cref="IOException">The state file cannot be written; nothing was changed.</exception>
    /// <exception cref="UnauthorizedAccessException">The same: not permitted.</exception>
    /// <exception cref="ArgumentException">A knob is not on this kernel, or its present value cannot be understood and so not be
    /// put back.</exception>
    public IReadOnlyList<KnobChange> Apply(IReadOnlyList<KnobSetting> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        if (wanted.Select(setting => setting.Knob).FirstOrDefault(knob => _settings.Read(knob).Value is null) is { } missing)
        {
            throw new ArgumentException($"{missing.Name} has no value on this kernel", nameof(wanted));
        }

        // Nothing is written, and no right is needed, where all is so already.
        if (wanted.All(IsSo))
        {
            return [.. wanted.Select(setting => new KnobChange(setting.Knob.Name, setting.Value, setting.Value, setting.Value, 0))];
        }

        using FileLock held = _file.Lock();
        Remember(wanted.Where(setting => !IsSo(setting)));
        return WriteAll(wanted);
    }

    /// <summary>
    /// Puts back all that Terrace changed and removes the state file. Where the kernel refuses one, the others are still put back
    /// and the file stays. A knob that is no longer there (its node is gone) has nothing to put back. Empty when there was nothing to do.
    /// </summary>
    /// <exception cref="InvalidDataException">The state file is not one that Terrace wrote; nothing was changed.</exception>
    /// <exception cref="IOException">The state file cannot be read or removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The same: not permitted.</exception>
    public IReadOnlyList<KnobChange> Restore()
    {
        if (_file.Read() is null)
        {
            return [];
        }

        using FileLock held = _file.Lock();
        KernelBefore state = Load();
        List<KnobChange> changes = [];

        // In the order of the knobs: what makes weights by itself comes after the weights, since setting one turns it off.
        foreach (KernelKnob knob in _settings.Knobs.Where(knob => state.Before.ContainsKey(knob.Name)))
        {
            changes.Add(Write(new KnobSetting(knob, state.Before[knob.Name])));
        }

        changes.AddRange(
            state.Before.Where(entry => _settings.Find(entry.Key) is null)
                .Select(entry => new KnobChange(entry.Key, null, entry.Value, null, 0)));
        if (changes.TrueForAll(change => change.Error == 0))
        {
            _file.Remove();
        }

        return changes;
    }

    private bool IsSo(KnobSetting setting) => _settings.Read(setting.Knob).Value == setting.Value;

    private void Remember(IEnumerable<KnobSetting> changing)
    {
        KernelBefore state = Load();
        bool more = false;
        foreach (KernelKnob knob in changing.SelectMany(setting => WithGroup(setting.Knob)))
        {
            if (_settings.Read(knob).Value is { } value)
            {
                more |= state.Before.TryAdd(knob.Name, value);
            }
        }

        if (more)
        {
            _file.Write(state.ToText());
        }
    }

    private IEnumerable<KernelKnob> WithGroup(KernelKnob knob) =>
        knob.Group is { } group ? _settings.Knobs.Where(other => other.Group == group) : [knob];

    private List<KnobChange> WriteAll(IReadOnlyList<KnobSetting> wanted)
    {
        List<KnobChange> changes = [];
        foreach (KnobSetting setting in wanted)
        {
            changes.Add(Write(setting));
            if (changes[^1].Error != 0)
            {
                break;
            }
        }

        return changes;
    }

    private KnobChange Write(KnobSetting setting)
    {
        KernelKnob knob = setting.Knob;
        KnobState before = _settings.Read(knob);
        int error = !before.IsPresent || before.Value == setting.Value ? 0 : _settings.Write(knob, setting.Value);
        return new KnobChange(knob.Name, before.Value, setting.Value, _settings.Read(knob).Value, error);
    }

    private KernelBefore Load() => KernelBefore.Load(_file, _settings);
}
