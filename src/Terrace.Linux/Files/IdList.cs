namespace Terrace.Linux.Files;

/// <summary>
/// Lists of CPUs and nodes as the kernel prints them: <c>0-3,8,10-11</c> (lib/vsprintf.c, %*pbl), ascending and each once, since
/// they are sets of bits. An empty file is an empty list.
/// </summary>
internal static class IdList
{
    // CONFIG_NR_CPUS goes to 8192 and MAX_NUMNODES to 1024; a larger number is damage, not a machine.
    private const long MaxId = 1 << 16;

    /// <summary>The numbers, or false when the text is not a list.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out List<int> ids)
    {
        ids = [];
        long next = 0;
        text = text.Trim(" \t\n"u8);
        while (!text.IsEmpty)
        {
            int comma = text.IndexOf((byte)',');
            ReadOnlySpan<byte> item = comma < 0 ? text : text[..comma];
            text = comma < 0 ? default : text[(comma + 1)..];
            int dash = item.IndexOf((byte)'-');
            ReadOnlySpan<byte> firstText = dash < 0 ? item : item[..dash];
            if (!KernelText.TryNumber(firstText, out long first) || first > MaxId || first < next)
            {
                return false;
            }

            long last = first;
            if (dash >= 0 && (!KernelText.TryNumber(item[(dash + 1)..], out last) || last < first || last > MaxId))
            {
                return false;
            }

            next = last + 1;
            for (long id = first; id <= last; id++)
            {
                ids.Add((int)id);
            }
        }

        return true;
    }
}
