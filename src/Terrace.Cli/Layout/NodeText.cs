using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Terrace.Core.Layout;
using Terrace.Core.Units;

namespace Terrace.Cli.Layout;

/// <summary>Numbers of nodes as people write them.</summary>
internal static class NodeText
{
    /// <summary>Reads one.</summary>
    public static bool TryParse(string text, out int node, [NotNullWhen(false)] out Problem? problem)
    {
        problem = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out node) && node <= MemoryLayout.MaxNode
            ? null
            : new Problem($"'{text}' is not the number of a node", "see terrace topology");
        return problem is null;
    }

    /// <summary>Reads a list such as <c>0,1,2</c>, in the order that is meant; a node may come again.</summary>
    public static bool TryParseList(string text, out IReadOnlyList<int> nodes, [NotNullWhen(false)] out Problem? problem)
    {
        List<int> list = [];
        problem = null;
        foreach (string word in text.Split(','))
        {
            if (!TryParse(word.Trim(), out int node, out problem))
            {
                break;
            }

            list.Add(node);
        }

        nodes = list;
        return problem is null;
    }
}
