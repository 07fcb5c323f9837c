using Terrace.Cli.Terminal;
using Terrace.Core.Units;

namespace Terrace.Cli.Tests.Terminal;

public sealed class TextTableTests
{
    private const string LongName = "/usr/lib/a-program/with/a/long/path/libsomething-that-is-named-at-length.so.6.0.31";

    [Fact]
    public void Elsewhere_than_on_a_terminal_a_table_is_as_wide_as_it_is_and_has_no_borders_and_no_colour() =>
        Assert.Equal(
            $"""
            memory  tier  mapping
             4 MiB     0  [heap]
            16 KiB     –  {LongName}

            """,
            Written(Names(), width: null));

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(200)]
    public void On_a_terminal_no_line_is_wider_and_nothing_is_lost(int width)
    {
        foreach (TextTable table in new[] { Names(), Many(), Sentences() })
        {
            string text = Written(table, width);
            string whole = Written(table, width: null);
            Assert.All(text.Split('\n'), line => Assert.InRange(Typesetter.WidthOf(line), 0, width));
            string[] words = whole.Split('\n')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.All(words, word => Assert.Contains(word, text, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_long_name_is_wrapped_in_its_own_column_on_a_terminal() =>
        Assert.Equal(
            """
            memory  tier  mapping
             4 MiB     0  [heap]
            16 KiB     –  /usr/lib/a-program/with/a/long/path/libsomethi
                          ng-that-is-named-at-length.so.6.0.31

            """,
            Written(Names(), width: 60));

    [Theory]
    [InlineData(36)]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(100)]
    public void No_word_is_broken_that_has_room(int width)
    {
        TextTable table = new("setting", "value", "before", "means");
        table.Add("promote_rate_limit_MBps", "65536", "", "how many MB a second the kernel promotes");
        table.Add("weighted_interleave_node0", "1", "", "for programs that ask for it");
        string text = Written(table, width);
        Assert.All(
            ["promote_rate_limit_MBps", "weighted_interleave_node0", "promotes", "programs"],
            word => Assert.Contains(word, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Where_room_is_short_a_column_without_a_word_goes_first()
    {
        TextTable table = new("setting", "before", "now");
        table.Add("numa_balancing", "", "2");
        Assert.StartsWith("setting         before  now\n", Written(table, width: 40), StringComparison.Ordinal);
        Assert.StartsWith("setting         now\n", Written(table, width: 20), StringComparison.Ordinal);
    }

    [Fact]
    public void Headings_are_wrapped_before_a_table_becomes_a_list()
    {
        TextTable table = new("node", "demotes to", "promotes to");
        table.Add("0", "1", "–");
        Assert.Equal(
            """
            node  demotes  promotes
                       to        to
               0        1         –

            """,
            Written(table, width: 23));
    }

    [Fact]
    public void Where_the_numbers_have_no_room_next_to_each_other_rows_become_columns()
    {
        TextTable table = new("node", "size", "free", "used", "demotes to");
        table.Add("0", "16.3 GiB", "9.21 GiB", "7.12 GiB", "node 1");
        table.Add("1", "64.1 GiB", "64 GiB", "100 MiB", "–");
        Assert.Equal(
            """
            node        0         1
            size        16.3 GiB  64.1 GiB
            free        9.21 GiB  64 GiB
            used        7.12 GiB  100 MiB
            demotes to  node 1    –

            """,
            Written(table, width: 30));
    }

    [Fact]
    public void Where_those_have_no_room_either_each_row_is_a_list()
    {
        TextTable table = new("node", "size", "free");
        table.Add("0", "16.3 GiB", "9.21 GiB");
        table.Add("1", "64.1 GiB", "");
        Assert.Equal(
            """
            node  0
            size  16.3 GiB
            free  9.21 GiB

            node  1
            size  64.1 GiB

            """,
            Written(table, width: 20));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(200)]
    public void Numbers_are_never_broken(int width)
    {
        string text = Written(Many(), width);
        Assert.All(Enumerable.Range(0, 11), i => Assert.Contains(Number(i), text, StringComparison.Ordinal));
    }

    [Fact]
    public void Wide_characters_take_two_cells_and_combining_marks_none()
    {
        TextTable table = new("program", "pages");
        table.Add("漢字", "1");
        table.Add("e\u0301te\u0301", "20");
        table.Add("plain", "300");
        Assert.Equal(
            """
            program  pages
            漢字         1
            e\u0301te\u0301         20
            plain      300

            """.Replace("\\u0301", "\u0301", StringComparison.Ordinal),
            Written(table, width: null));
    }

    [Fact]
    public void A_wide_character_is_not_split_where_a_line_ends()
    {
        TextTable table = new("pages", "program");
        table.Add("1", string.Concat(Enumerable.Repeat("漢", 40)));
        string text = Written(table, width: 40);
        Assert.All(text.Split('\n'), line => Assert.InRange(Typesetter.WidthOf(line), 0, 40));
        Assert.Equal(40, text.Count(letter => letter == '漢'));
    }

    [Theory]
    [InlineData("\e[2Jgone\a", "?[2Jgone?")]
    [InlineData("two\nlines\r\tand\u0085more\u009b31m", "two?lines??and?more?31m")]
    [InlineData("[red]name[/]", "[red]name[/]")]
    [InlineData("[[bold", "[[bold")]
    [InlineData(":warning: [link=https://a.example]x", ":warning: [link=https://a.example]x")]
    public void A_name_neither_steers_the_terminal_nor_is_taken_for_markup(string name, string shown)
    {
        TextTable table = new("pages", "program");
        table.Add("1", name);
        foreach (int? width in new int?[] { null, 60, 200 })
        {
            Assert.Equal($"pages  program\n    1  {shown}\n", Written(table, width));
        }
    }

    [Fact]
    public void An_indent_stays_when_its_text_is_wrapped()
    {
        TextTable table = new("target", "memory");
        table.Add("group", "8 GiB");
        table.Add("  123 a-program with-a-name", "8 GiB");
        Assert.Equal(
            """
            target           memory
            group             8 GiB
              123 a-program   8 GiB
              with-a-name

            """,
            Written(table, width: 23));
    }

    [Fact]
    public void Headings_are_bold_where_colour_is_allowed_and_no_line_ends_in_spaces()
    {
        using StringWriter writer = new();
        new TextOutput(writer, width: 80, colour: true).Write(Names(), indent: 2);
        string[] lines = writer.ToString().Split('\n');
        Assert.StartsWith("  \e[1mmemory\e[0m  \e[1mtier\e[0m  \e[1mmapping\e[0m", lines[0], StringComparison.Ordinal);
        Assert.All(lines[1..], line => Assert.DoesNotContain('\e', line));
        Assert.All(lines, line => Assert.False(line.EndsWith(' ')));
    }

    [Fact]
    public void A_table_without_rows_has_its_headings() => Assert.Equal("node  size\n", Written(new TextTable("node", "size"), width: 80));

    private static TextTable Names()
    {
        TextTable table = new("memory", "tier", "mapping");
        table.Add("4 MiB", "0", "[heap]");
        table.Add("16 KiB", "–", LongName);
        return table;
    }

    private static TextTable Many()
    {
        TextTable table = new(["target", .. Enumerable.Range(0, 11).Select(i => $"number {i}")]);
        table.Add(["redis-server", .. Enumerable.Range(0, 11).Select(Number)]);
        return table;
    }

    private static TextTable Sentences()
    {
        TextTable table = new("setting", "value", "what it is for");
        table.Add("numa_balancing", "2", "the kernel promotes hot pages by itself, against what Terrace decides about the same pages");
        return table;
    }

    private static string Number(int i) => ByteSize.Format((i + 1) * 1_234_567_890L);

    private static string Written(TextTable table, int? width)
    {
        using StringWriter writer = new();
        new TextOutput(writer, width).Write(table);
        return writer.ToString();
    }
}
