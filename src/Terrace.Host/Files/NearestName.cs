namespace Terrace.Host.Files;

/// <summary>Finds the name that somebody meant who mistyped it: a key of a file, a command, an option.</summary>
internal static class NearestName
{
    private const int ShortestPrefix = 3;

    /// <summary>The name that is nearest to a word; null when none is near.</summary>
    public static string? Of(string word, IEnumerable<string> names)
    {
        string? nearest = null;
        int fewest = Math.Max(1, word.Length / 3) + 1;
        foreach (string name in names.Order(StringComparer.Ordinal))
        {
            int edits = Math.Abs(name.Length - word.Length) < fewest ? Edits(word, name) : fewest;
            if (edits < fewest)
            {
                fewest = edits;
                nearest = name;
            }
        }

        return nearest
            ?? names.FirstOrDefault(name => word.Length >= ShortestPrefix && name.StartsWith(word, StringComparison.OrdinalIgnoreCase));
    }

    // Letters to insert, remove, replace, or swap with their neighbour (optimal string alignment).
    private static int Edits(string from, string to)
    {
        int[,] edits = new int[from.Length + 1, to.Length + 1];
        for (int i = 0; i <= from.Length; i++)
        {
            for (int j = 0; j <= to.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    edits[i, j] = i + j;
                    continue;
                }

                int replaced = char.ToLowerInvariant(from[i - 1]) == char.ToLowerInvariant(to[j - 1]) ? 0 : 1;
                edits[i, j] = Math.Min(Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1, edits[i - 1, j - 1] + replaced);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                {
                    edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
                }
            }
        }

        return edits[from.Length, to.Length];
    }
}
