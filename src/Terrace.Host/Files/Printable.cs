using System.Buffers;

namespace Terrace.Host.Files;

/// <summary>Makes text that others chose, such as the names of processes and files, fit for a terminal and a log.</summary>
internal static class Printable
{
    // Control characters, and those that change the direction of what follows or begin a line (Unicode Annex 9).
    private static readonly SearchValues<char> s_unsafe = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0x20)
            .Concat(Enumerable.Range(0x7f, 0x21))
            .Concat(Enumerable.Range(0x2028, 7))
            .Concat(Enumerable.Range(0x2066, 4))
            .Concat([0x61c, 0x200e, 0x200f])
            .Select(code => (char)code),
    ]);

    /// <summary>The text with a question mark for every control character, so that it cannot steer a terminal.</summary>
    public static string Of(string text) =>
        text.AsSpan().IndexOfAny(s_unsafe) < 0
            ? text
            : string.Create(text.Length, text, (span, source) =>
            {
                for (int i = 0; i < span.Length; i++)
                {
                    span[i] = s_unsafe.Contains(source[i]) ? '?' : source[i];
                }
            });
}
