using System.Buffers;
using Terrace.Core.Units;

namespace Terrace.Host.Files;

/// <summary>A key and its value without what belongs between them: YAML takes both together for one word.</summary>
internal static class RunTogether
{
    // People write them for a colon.
    private const string Signs = "=;,";

    private static readonly SearchValues<char> s_letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz-");

    /// <summary>The key that a word begins with, and what is missing behind it; null when it begins with none.</summary>
    /// <param name="word">What YAML took for a word.</param>
    /// <param name="isKey">True for what may be a key here.</param>
    /// <param name="value">What YAML took for the word's value.</param>
    public static (string Key, Problem Problem)? Of(string word, Func<string, bool> isKey, string value = "")
    {
        int end = word.AsSpan().IndexOfAnyExcept(s_letters);
        string key = end < 0 ? word : word[..end];
        if (key.Length == 0 || key[0] == '-' || !isKey(key))
        {
            return null;
        }

        string rest = end < 0 ? "" : word[end..];
        string trimmed = rest.Trim(' ');
        string after = value.Length > 0 && trimmed.Length > 0 ? $": {value}" : value;
        return rest == ":" ? (key, new Problem("has two colons", $"write '{key}:'"))
            : trimmed.Length > 0 && Signs.Contains(trimmed[0], StringComparison.Ordinal)
                ? (key, new Problem($"has '{trimmed[0]}' where a colon belongs", Write(key, trimmed[1..].Trim() + after)))
            : rest.StartsWith(':') ? (key, new Problem("has no space after the colon", Write(key, rest[1..].Trim() + after)))
            : rest.Length == 0 || rest[0] is ' ' or '{' or '['
                ? (key, new Problem($"has no colon after '{key}'", Write(key, trimmed + after)))
            : null;
    }

    private static string Write(string key, string value) => value.Length > 0 ? $"write {key}: {value}" : $"write '{key}:'";
}
