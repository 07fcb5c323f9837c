using System.Globalization;
using Terrace.Core.Layout;

namespace Terrace.Cli.Layout;

/// <summary>Numbers of nodes as people write them.</summary>
internal static class NodeText
{
    /// <summary>Reads one; a problem ends in "; " and the mend.</summary>
    public static bool TryParse(string text, out int node, out string problem)
    {
        problem = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out node) && node <= MemoryLayout.MaxNode ? "" : $"'{text}' is not the number of a node; see terrace topology";
        return problem.Length == 0;
    }

    /// <summary>Reads a list such as <c>0,1,2</c>, in the order that is meant; a node may come again.</summary>
    public static bool TryParseList(string text, out IReadOnlyList<int> nodes, out string problem)
    {
        List<int> list = [];
        problem = "";
        foreach (string word in text.Split(','))
        {
            if (!TryParse(word.Trim(), out int node, out problem))
            {
                break;
            }

            list.Add(node);
        }

        nodes = list;
        return problem.Length == 0;
    }
}
