using System.Buffers.Text;

namespace Terrace.Linux.Files;

/// <summary>Cuts the ASCII text of /proc and /sys into lines, words and numbers without copying it.</summary>
internal static class KernelText
{
    /// <summary>Takes the first line (without its newline) off <paramref name="text"/>; false when none is left.</summary>
    public static bool TakeLine(scoped ref ReadOnlySpan<byte> text, out ReadOnlySpan<byte> line)
    {
        if (text.IsEmpty)
        {
            line = default;
            return false;
        }

        int end = text.IndexOf((byte)'\n');
        line = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return true;
    }

    /// <summary>Takes the first word off <paramref name="line"/>; words are apart by spaces and tabs.</summary>
    public static ReadOnlySpan<byte> TakeWord(scoped ref ReadOnlySpan<byte> line)
    {
        line = line.TrimStart(" \t"u8);
        int end = line.IndexOfAny((byte)' ', (byte)'\t');
        ReadOnlySpan<byte> word = end < 0 ? line : line[..end];
        line = end < 0 ? default : line[end..];
        return word;
    }

    /// <summary>The whole of <paramref name="text"/>, spaces and newlines trimmed, as a decimal number.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> text, out long value)
    {
        text = text.Trim(" \t\n"u8);
        return Utf8Parser.TryParse(text, out value, out int used) && used == text.Length;
    }

    /// <summary>The whole of <paramref name="text"/>, spaces and newlines trimmed, as a hexadecimal number without 0x.</summary>
    public static bool TryHex(ReadOnlySpan<byte> text, out ulong value)
    {
        text = text.Trim(" \t\n"u8);
        return Utf8Parser.TryParse(text, out value, out int used, 'x') && used == text.Length;
    }
}
