using System.Text;
using Terrace.Cli.Layout;
using Terrace.Core.Layout;
using Terrace.Host.Files;

namespace Terrace.Cli.Tests.Layout;

public sealed class LayoutFileFuzzTests
{
    private static readonly string[][] s_shapes =
    [
        ["size", "node"],
        ["to", "node"],
        ["from", "size", "node"],
        ["from", "to", "stripe", "block"],
        ["size", "stripe", "block"],
    ];

    private static readonly Dictionary<string, string[]> s_good = new()
    {
        ["from"] = ["0", "64MiB", "0x100000", "256 pages"],
        ["to"] = ["end", "100MiB", "0x4000000"],
        ["size"] = ["4KiB", "1MiB", "256 pages", "1 page"],
        ["node"] = ["0", "1", "2"],
        ["stripe"] = ["[0, 1, 2]", "[2, 1]", "0"],
        ["block"] = ["4KiB", "1MiB", "256 pages"],
        ["zzz"] = ["0"],
    };

    // The ends of what numbers hold, and what YAML itself gives a meaning to.
    private static readonly string[] s_values =
    [
        "", "~", "''", "-1", "5", "3", "1000", "1 page", "page", " pages", "9223372036854775807 pages",
        "2251799813685247 pages", "18446744073709551615 pages", "18446744073709551616 pages", "0x", "0xzz",
        "0xfffffffffffff000", "0x7ffffffffffff000", "8E", "7.99E", "1e9", "NaN", "Infinity", "1.5KiB", "[", "[]", "[[0]]",
        "[0, -1]", "[1024]", "{ a: b }", "&a x", "*a", "!!int 5", "\"\\u0000\"", "|\n   x", "٤", "END",
    ];

    [Fact]
    public void Twenty_thousand_files_of_known_keys_with_strange_values_are_read_or_refused_with_a_fix_and_lines()
    {
        Random random = new(7);
        int good = 0;
        for (int i = 0; i < 20_000; i++)
        {
            string text = Text(random);
            MemoryLayout? layout = LayoutFile.Parse(
                "x.yaml", text, LayoutFileTests.Bounds, out IReadOnlyList<ConfigurationProblem> problems);
            Assert.Equal(layout is not null, problems.Count == 0);
            Assert.All(problems, problem => Assert.NotEmpty(problem.Problem.Fix));
            if (layout is not null)
            {
                // What is read lies in the memory that there is, on nodes that have some.
                good++;
                Assert.InRange(layout.Pages, 1UL, LayoutFileTests.Bounds.Pages);
                foreach (FrameRange range in layout.Ranges)
                {
                    Assert.Contains(LayoutFileTests.Bounds.Memory, span => span.Start <= range.Start && range.End <= span.End);
                    Assert.InRange(range.Node, 0, 2);
                }
            }
        }

        // Of which some must be good, or nothing behind the first refusal was tried.
        Assert.InRange(good, 100, 19_000);
    }

    [Fact]
    public void Twenty_thousand_files_with_a_few_bytes_changed_are_read_or_refused_with_a_fix()
    {
        const string Begin = "version: 1\nsize: 192MiB\nranges:\n- { from: 0, size: 64MiB, node: 1 }\n- { from: 64MiB, to: 96MiB, "
            + "stripe: [0, 1, 2], block: 256 pages }\n- from: 0x6000000\n  to: end\n  node: 2\n";
        Random random = new(9);
        int good = 0;
        for (int i = 0; i < 20_000; i++)
        {
            StringBuilder changed = new(Begin);
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                int at = random.Next(changed.Length);
                switch (random.Next(3))
                {
                    case 0:
                        changed[at] = (char)random.Next(1, 128);
                        break;
                    case 1:
                        changed.Remove(at, Math.Min(random.Next(1, 4), changed.Length - at));
                        break;
                    default:
                        changed.Insert(at, Begin[random.Next(Begin.Length)]);
                        break;
                }
            }

            bool read = LayoutFile.Parse(
                "x.yaml", changed.ToString(), LayoutFileTests.Bounds, out IReadOnlyList<ConfigurationProblem> problems) is not null;
            Assert.Equal(read, problems.Count == 0);
            Assert.All(problems, problem => Assert.NotEmpty(problem.Problem.Fix));
            good += read ? 1 : 0;
        }

        Assert.InRange(good, 100, 19_000);
    }

    private static string Text(Random random)
    {
        StringBuilder text = new(random.Next(3) == 0 ? "version: 1\nranges:\n" : "ranges:\n");
        for (int range = random.Next(1, 4); range > 0; range--)
        {
            text.Append("-\n");
            List<string> keys = [.. s_shapes[random.Next(s_shapes.Length)]];
            if (random.Next(8) == 0)
            {
                keys[random.Next(keys.Count)] = s_good.Keys.ElementAt(random.Next(s_good.Count));
            }

            foreach (string key in keys)
            {
                string[] values = random.Next(5) > 0 ? s_good[key] : s_values;
                text.Append("  ").Append(key).Append(": ").Append(values[random.Next(values.Length)]).Append('\n');
            }
        }

        return text.ToString();
    }
}
