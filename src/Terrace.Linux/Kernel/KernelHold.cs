using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Kernel;

/// <summary>
/// Kernel settings that a running program holds at values of its own and gives back at its end. What a knob was is in the state
/// file before it
/// is written, so that a successor finds it after a crash. Unlike <see cref="KernelChanges"/>, which does what a person asked
/// for, it never overwrites
/// what somebody else has set meanwhile.
/// </summary>
public sealed class KernelHold
{
    private readonly KernelSettings _settings;
    private readonly StateFile _file;

    /// <summary>Holds <paramref name="settings"/>, with the state file at <paramref name="path"/>.</summary>
    public KernelHold(KernelSettings settings, string path)
    {
        _settings = settings;
        _file = new StateFile(path);
    }

    /// <summary>Where the state file is.</summary>
    public string FilePath => _file.FullPath;

    /// <summary>The state file in a program's folder.</summary>
    public static string PathIn(string folder) => Path.Combine(folder, "kernel-held.json");

    /// <summary>What is held, as it is now; a knob whose value is not <see cref="HeldKnob.Held"/> was changed by somebody else.</summary>
    /// <exception cref="InvalidDataException">The state file is not one that Terrace wrote.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public IReadOnlyList<HeldKnob> Held() =>
        [
            .. Load().Select(
                held => new HeldKnob(held.Setting.Knob.Name, held.Before, held.Setting.Value, _settings.Read(held.Setting.Knob).Value)),
        ];

    /// <summary>
    /// Holds exactly these: first gives back what is not wanted any more, then sets what is not so already. Ends with the first
    /// knob that the kernel
    /// refuses, which is then the last of the results. What a predecessor that crashed held stays held.
    /// </summary>
    /// <exception cref="InvalidDataException">The state file is not one that Terrace wrote; nothing was changed.</exception>
    /// <exception cref="IOException">The state file cannot be read or written; nothing more was changed.</exception>
    /// <exception cref="UnauthorizedAccessException">The same: not permitted.</exception>
    public IReadOnlyList<KnobChange> Take(IReadOnlyList<KnobSetting> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        if (wanted.Count == 0 && _file.Read() is null)
        {
            return [];
        }

        using FileLock @lock = _file.Lock();
        List<KnobChange> changes = [];

        // Given back before the file forgets it: a crash in between leaves a knob that is as it was, of which the file says
        // otherwise, and that is left alone.
        List<Entry> kept = [.. Load().Where(entry => IsSo(entry.Setting) && (wanted.Contains(entry.Setting) || !GiveBack(entry, changes)))];
        if (changes.Exists(change => change.Error != 0))
        {
            Write(kept);
            return changes;
        }

        List<Entry> added =
        [
            .. wanted.Where(setting => !IsSo(setting)).Select(setting => new Entry(setting, _settings.Read(setting.Knob).Value ?? "")),
        ];
        added.RemoveAll(entry => entry.Before.Length == 0);
        Write([.. kept, .. added]);
        foreach (Entry entry in added)
        {
            changes.Add(Set(entry.Setting.Knob, entry.Setting.Value));
            if (changes[^1].Error != 0)
            {
                Write([.. kept, .. added.Where(taken => IsSo(taken.Setting))]);
                break;
            }
        }

        return changes;
    }

    /// <summary>
    /// Gives all back that still is as it was set, and forgets the rest. What the kernel does not take back stays in the state
    /// file, for the next
    /// attempt. With <paramref name="keepOthers"/> what somebody changed stays there too, in case that is undone.
    /// </summary>
    /// <exception cref="InvalidDataException">The state file is not one that Terrace wrote; nothing was changed.</exception>
    /// <exception cref="IOException">The state file cannot be read or removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The same: not permitted.</exception>
    public IReadOnlyList<KnobChange> Release(bool keepOthers = false)
    {
        if (_file.Read() is null)
        {
            return [];
        }

        using FileLock @lock = _file.Lock();
        List<KnobChange> changes = [];
        Write([.. Load().Where(entry => IsSo(entry.Setting) ? !GiveBack(entry, changes) : keepOthers)]);
        return changes;
    }

    private bool IsSo(KnobSetting setting) => _settings.Read(setting.Knob).Value == setting.Value;

    private bool GiveBack(Entry entry, List<KnobChange> changes)
    {
        changes.Add(Set(entry.Setting.Knob, entry.Before));
        return changes[^1].Error == 0;
    }

    private KnobChange Set(KernelKnob knob, string value)
    {
        string? before = _settings.Read(knob).Value;
        int error = _settings.Write(knob, value);
        return new KnobChange(knob.Name, before, value, _settings.Read(knob).Value, error);
    }

    private void Write(List<Entry> entries)
    {
        if (entries.Count == 0)
        {
            _file.Remove();
            return;
        }

        KernelBefore state = new() { BootId = _settings.BootId, Before = new(StringComparer.Ordinal), Held = new(StringComparer.Ordinal) };
        foreach (Entry entry in entries)
        {
            state.Before[entry.Setting.Knob.Name] = entry.Before;
            state.Held[entry.Setting.Knob.Name] = entry.Setting.Value;
        }

        _file.Write(state.ToText());
    }

    // A knob that is no longer there has nothing to give back.
    private List<Entry> Load()
    {
        KernelBefore state = KernelBefore.Load(_file, _settings);
        List<Entry> entries = [];
        foreach ((string name, string value) in state.Held ?? [])
        {
            if (_settings.Find(name) is { } knob && state.Before.TryGetValue(name, out string? before))
            {
                entries.Add(new Entry(new KnobSetting(knob, value), before));
            }
        }

        return entries;
    }

    private sealed record Entry(KnobSetting Setting, string Before);
}
