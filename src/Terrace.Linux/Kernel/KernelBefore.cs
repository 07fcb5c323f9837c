using System.Text.Json;
using System.Text.Json.Serialization;
using Terrace.Linux.Files;

namespace Terrace.Linux.Kernel;

/// <summary>What kernel settings were before Terrace first changed them: the content of the state file.</summary>
internal sealed record KernelBefore
{
    /// <summary>The form of the file; another one is of another version of Terrace.</summary>
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>The boot (/proc/sys/kernel/random/boot_id) that the settings belong to; they do not survive it.</summary>
    public string? BootId { get; init; }

    /// <summary>Value by name of knob.</summary>
    public required SortedDictionary<string, string> Before { get; init; }

    /// <summary>
    /// What Terrace made of them, by name of knob, where a value that somebody changed since is to be left alone; null where it
    /// is not.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SortedDictionary<string, string>? Held { get; init; }

    /// <summary>Reads the text of a state file.</summary>
    /// <exception cref="InvalidDataException">It is none; the message says why.</exception>
    public static KernelBefore Parse(byte[] text)
    {
        try
        {
            KernelBefore? before = JsonSerializer.Deserialize(text, KernelBeforeJson.Default.KernelBefore);
            return before is { Version: CurrentVersion, Before: not null }
                && !before.Before.ContainsValue(null!)
                && !(before.Held?.ContainsValue(null!) ?? false)
                ? before
                : throw new InvalidDataException($"it is not of version {CurrentVersion}");
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException("it is not the JSON that Terrace writes", problem);
        }
    }

    /// <summary>
    /// What a state file says of this boot; nothing when there is no file or it is of an earlier boot, whose settings went with it.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is not one that Terrace wrote.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static KernelBefore Load(StateFile file, KernelSettings settings)
    {
        string? boot = settings.BootId;
        KernelBefore nothing = new() { BootId = boot, Before = new(StringComparer.Ordinal) };
        if (file.Read() is not { } text)
        {
            return nothing;
        }

        KernelBefore state = Parse(text);
        if (state.BootId != boot)
        {
            return nothing;
        }

        foreach ((string name, string value) in state.Before.Concat(state.Held ?? []))
        {
            if (settings.Find(name) is { } knob && !knob.Form.IsValue(value))
            {
                throw new InvalidDataException($"{name} was never '{value}'");
            }
        }

        return state;
    }

    public byte[] ToText() => [.. JsonSerializer.SerializeToUtf8Bytes(this, KernelBeforeJson.Default.KernelBefore), (byte)'\n'];
}

/// <summary>The state file's form, compiled.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(KernelBefore))]
internal sealed partial class KernelBeforeJson : JsonSerializerContext;
