using System.Text;

namespace Terrace.Tests;

/// <summary>What differs between two texts, in the form that <c>diff -u</c> and <c>git diff</c> have.</summary>
internal static class UnifiedDiff
{
    private const int Context = 3;

    /// <summary>Empty when the texts are the same.</summary>
    public static string Of(string before, string after, string name)
    {
        List<(char Mark, string Line)> lines = Marked(LinesOf(before), LinesOf(after));
        StringBuilder text = new();
        int next = 0;
        while (lines.FindIndex(next, line => line.Mark != ' ') is var change && change >= 0)
        {
            // A part ends where more lines are the same than two parts would show of them.
            int start = Math.Max(next, change - Context);
            int end = change;
            for (int i = change; i < lines.Count && i <= end + (2 * Context); i++)
            {
                end = lines[i].Mark == ' ' ? end : i;
            }

            next = Math.Min(lines.Count, end + Context + 1);
            text.Append(text.Length == 0 ? $"--- {name}\n+++ {name}\n" : "").Append(Heading(lines, start, next));
            lines[start..next].ForEach(line => text.Append(line.Mark).Append(line.Line).Append('\n'));
        }

        return text.ToString();
    }

    private static string[] LinesOf(string text) => text.Length == 0 ? [] : text.TrimEnd('\n').Split('\n');

    private static string Heading(List<(char Mark, string Line)> lines, int start, int end)
    {
        int Count(char added, int from, int to) => lines[from..to].Count(line => line.Mark != added);
        return $"@@ -{Count('+', 0, start) + 1},{Count('+', start, end)} +{Count('-', 0, start) + 1},{Count('-', start, end)} @@\n";
    }

    // The longest common subsequence, by the table of its lengths (Wagner and Fischer).
    private static List<(char Mark, string Line)> Marked(string[] before, string[] after)
    {
        int[,] common = new int[before.Length + 1, after.Length + 1];
        for (int i = before.Length - 1; i >= 0; i--)
        {
            for (int j = after.Length - 1; j >= 0; j--)
            {
                common[i, j] = before[i] == after[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        List<(char Mark, string Line)> lines = [];
        int left = 0;
        int right = 0;
        while (left < before.Length || right < after.Length)
        {
            if (left < before.Length && right < after.Length && before[left] == after[right])
            {
                lines.Add((' ', before[left++]));
                right++;
            }
            else if (left < before.Length && (right == after.Length || common[left + 1, right] >= common[left, right + 1]))
            {
                lines.Add(('-', before[left++]));
            }
            else
            {
                lines.Add(('+', after[right++]));
            }
        }

        return lines;
    }
}
