using System.Text.Json;
using System.Text.Json.Serialization;

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

    /// <summary>Reads the text of a state file.</summary>
    /// <exception cref="InvalidDataException">It is none; the message says why.</exception>
    public static KernelBefore Parse(byte[] text)
    {
        try
        {
            KernelBefore? before = JsonSerializer.Deserialize(text, KernelBeforeJson.Default.KernelBefore);
            return before is { Version: CurrentVersion, Before: not null } && !before.Before.ContainsValue(null!)
                ? before
                : throw new InvalidDataException($"it is not of version {CurrentVersion}");
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException("it is not the JSON that Terrace writes", problem);
        }
    }

    public byte[] ToText() => [.. JsonSerializer.SerializeToUtf8Bytes(this, KernelBeforeJson.Default.KernelBefore), (byte)'\n'];
}

/// <summary>The state file's form, compiled.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(KernelBefore))]
internal sealed partial class KernelBeforeJson : JsonSerializerContext;
