using System.Diagnostics.CodeAnalysis;
using Terrace.Benchmarks.Lab.Hosts;

namespace Terrace.Benchmarks.Lab;

/// <summary>What follows <c>--lab</c> on the command line.</summary>
/// <param name="Names">Runs, or first words of several; none for the usual ones.</param>
/// <param name="Rows">Rows of <c>hosts</c>; none for all.</param>
/// <param name="Json">The table of <c>hosts</c> goes to stdout as JSON, and what else is said to stderr.</param>
internal sealed record LabWords(IReadOnlyList<string> Names, IReadOnlyList<string> Rows, bool Json)
{
    /// <summary>Reads them.</summary>
    public static bool TryRead(
        IReadOnlyList<string> words, [NotNullWhen(true)] out LabWords? asked, [NotNullWhen(false)] out string? problem)
    {
        (List<string> names, List<string> rows, bool json) = ([], [], false);
        (asked, problem) = (null, null);
        for (int i = 0; i < words.Count && problem is null; i++)
        {
            if (words[i] == "--json")
            {
                json = true;
            }
            else if (words[i] != "--row")
            {
                names.Add(words[i]);
                problem = LabBenchmarks.Names.Any(name => LabBenchmarks.Covers(words[i], name))
                    ? null
                    : $"there is no lab run '{words[i]}'; there are {string.Join(", ", LabBenchmarks.Names)}";
            }
            else if (++i < words.Count && HostRows.Names.Contains(words[i]))
            {
                rows.Add(words[i]);
            }
            else
            {
                string given = i < words.Count ? $"there is no row '{words[i]}'" : "--row needs a row";
                problem = $"{given}; there are {string.Join(", ", HostRows.Names)}";
            }
        }

        if (problem is null && (json || rows.Count > 0) && names is not [HostFigures.Name])
        {
            problem = $"--row and --json are for {HostFigures.Name} alone; write ./bench --lab {HostFigures.Name} --row 5";
        }

        asked = problem is null ? new LabWords(names, rows, json) : null;
        return asked is not null;
    }
}
