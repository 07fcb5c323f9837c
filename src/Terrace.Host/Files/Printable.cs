namespace Terrace.Host.Files;

/// <summary>Makes text that others chose, such as the names of processes and files, fit for a terminal and a log.</summary>
internal static class Printable
{
    /// <summary>The text with a question mark for every control character, so that it cannot steer a terminal.</summary>
    public static string Of(string text) =>
        text.AsSpan().IndexOfAnyInRange('\u0000', '\u001f') < 0 && text.AsSpan().IndexOfAnyInRange('\u007f', '\u009f') < 0
            ? text
            : string.Create(text.Length, text, (span, source) =>
            {
                for (int i = 0; i < span.Length; i++)
                {
                    span[i] = char.IsControl(source[i]) ? '?' : source[i];
                }
            });
}
