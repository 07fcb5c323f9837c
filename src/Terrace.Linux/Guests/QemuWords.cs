using System.Text.Json;

namespace Terrace.Linux.Guests;

/// <summary>The value of one of QEMU's options, as <c>qemu-system-x86_64(1)</c> lets it be written.</summary>
internal static class QemuWords
{
    /// <summary>
    /// The words of <c>name,key=value,…</c>, the first without a key under the empty one, or the members of a JSON object.
    /// </summary>
    public static Dictionary<string, string> Of(string value)
    {
        Dictionary<string, string> words = [];
        if (value.StartsWith('{'))
        {
            try
            {
                using JsonDocument json = JsonDocument.Parse(value);
                foreach (JsonProperty member in json.RootElement.EnumerateObject())
                {
                    words[member.Name] = member.Value.ValueKind == JsonValueKind.String
                        ? member.Value.GetString()!
                        : member.Value.GetRawText();
                }
            }
            catch (Exception problem) when (problem is JsonException or InvalidOperationException)
            {
                // Not what QEMU takes either; the latter are escapes of half a character, which only show when a text is asked for.
            }

            return words;
        }

        foreach (string part in value.Replace(",,", "\0", StringComparison.Ordinal).Split(','))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            words.TryAdd(equals < 0 ? "" : part[..equals], part[(equals + 1)..].Replace('\0', ','));
        }

        return words;
    }
}
