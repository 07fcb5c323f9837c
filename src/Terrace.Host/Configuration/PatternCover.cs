using System.Text;

namespace Terrace.Host.Configuration;

/// <summary>Whether one pattern takes all that another one takes.</summary>
internal static class PatternCover
{
    // Wildcards of a prepared pattern, which no text contains (Unicode noncharacters).
    private const char Any = '\uFFFE';
    private const char One = '\uFFFF';

    /// <summary>A pattern with its wildcards marked and its escapes resolved.</summary>
    public static string Prepare(string pattern)
    {
        if (pattern.AsSpan().IndexOfAny('*', '?', '\\') < 0)
        {
            return pattern;
        }

        StringBuilder text = new(pattern.Length);
        for (int i = 0; i < pattern.Length; i++)
        {
            text.Append(pattern[i] switch
            {
                '*' => Any,
                '?' => One,
                '\\' when i + 1 < pattern.Length => pattern[++i],
                char c => c,
            });
        }

        return InOrder(text);
    }

    // Wildcards that follow each other mean the same in any order: "*?*" is "?*".
    private static string InOrder(StringBuilder text)
    {
        for (int start = 0; start < text.Length; start++)
        {
            int end = start;
            int ones = 0;
            while (end < text.Length && text[end] is Any or One)
            {
                ones += text[end++] == One ? 1 : 0;
            }

            if (end > start + ones)
            {
                string run = new string(One, ones) + Any;
                text.Remove(start, end - start).Insert(start, run);
                end = start + run.Length;
            }

            start = Math.Max(start, end - 1);
        }

        return text.ToString();
    }

    /// <summary>What a prepared pattern has besides wildcards.</summary>
    public static string Literals(string prepared) =>
        prepared.Replace($"{Any}", "", StringComparison.Ordinal).Replace($"{One}", "", StringComparison.Ordinal);

    /// <summary>Bytes of UTF-8 that a text which a prepared pattern takes has at least.</summary>
    public static int LeastBytes(string prepared) =>
        Encoding.UTF8.GetByteCount(prepared.Replace($"{Any}", "", StringComparison.Ordinal).Replace(One, 'x'));

    /// <summary>True when a prepared pattern has no wildcard.</summary>
    public static bool IsExact(string prepared) => prepared.AsSpan().IndexOfAny(Any, One) < 0;

    /// <summary>A prepared pattern as people write it.</summary>
    public static string Written(string prepared) => prepared.Replace(Any, '*').Replace(One, '?');

    /// <summary>Its first wildcard; its length when it has none.</summary>
    public static int FirstWildcard(string prepared) =>
        prepared.AsSpan().IndexOfAny(Any, One) is >= 0 and var first ? first : prepared.Length;

    /// <summary>The longest part of a prepared pattern that has no wildcard.</summary>
    public static string LongestLiteral(string prepared)
    {
        string longest = "";
        foreach (string part in prepared.Split(Any, One))
        {
            longest = part.Length > longest.Length ? part : longest;
        }

        return longest;
    }

    /// <summary>
    /// True when the first prepared pattern surely takes every text that the second takes. It is matched against the second as if
    /// that were a text, in which a star can only be taken by a star.
    /// </summary>
    public static bool Covers(string broad, string narrow)
    {
        int b = 0;
        int n = 0;
        int star = -1;
        int retry = 0;
        while (n < narrow.Length)
        {
            if (b < broad.Length && broad[b] == Any)
            {
                star = b++;
                retry = n;
            }
            else if (b < broad.Length && (broad[b] == One ? narrow[n] != Any : broad[b] == narrow[n]))
            {
                b++;
                n++;
            }
            else if (star >= 0)
            {
                b = star + 1;
                n = ++retry;
            }
            else
            {
                return false;
            }
        }

        while (b < broad.Length && broad[b] == Any)
        {
            b++;
        }

        return b == broad.Length;
    }
}
