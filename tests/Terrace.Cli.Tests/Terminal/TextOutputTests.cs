using Terrace.Cli.Terminal;

namespace Terrace.Cli.Tests.Terminal;

public sealed class TextOutputTests
{
    private const string Sentence = "under memory pressure pages of the fast tier are dropped although slow memory is free";

    [Fact]
    public void No_kind_of_line_lets_a_control_character_through()
    {
        foreach (bool colour in new[] { false, true })
        {
            foreach (int? width in new int?[] { null, 30 })
            {
                using StringWriter writer = new();
                TextOutput output = new(writer, width, colour);
                output.WriteLine("\e]0;a\a");
                output.WriteLine([new Ink("\e]0;b\a", Tone.Bad), "\u009b2J"]);
                output.WriteText("\e]0;c\a " + Sentence, Tone.Warning);
                output.WriteNextTo(["\e]0;d\a "], "\e]0;e\a " + Sentence);
                string text = writer.ToString();
                Assert.All("abcde", letter => Assert.Contains($"?]0;{letter}?", text, StringComparison.Ordinal));
                Assert.DoesNotContain('\a', text);
                Assert.DoesNotContain('\u009b', text);
                Assert.DoesNotContain("\e]", text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_tone_is_colour_around_the_same_words()
    {
        using StringWriter plain = new();
        using StringWriter coloured = new();
        foreach ((StringWriter writer, bool colour) in new[] { (plain, false), (coloured, true) })
        {
            new TextOutput(writer, colour: colour).WriteLine(["  ", new Ink("works", Tone.Good), "  [red]"]);
        }

        Assert.Equal("  works  [red]\n", plain.ToString());
        Assert.Equal("  \e[38;5;2mworks\e[0m  [red]\n", coloured.ToString());
    }

    [Fact]
    public void Text_next_to_a_label_is_wrapped_there_on_a_terminal_only()
    {
        Assert.Equal($"  moved    {Sentence}\n", NextTo(width: null, label: 11));
        Assert.Equal(
            """
              moved    under memory pressure pages of the fast tier are
                       dropped although slow memory is free

            """,
            NextTo(width: 60, label: 11));
    }

    [Fact]
    public void Text_next_to_a_label_that_leaves_it_no_room_is_set_below() =>
        Assert.Equal(
            """
              moved
                  under memory pressure pages of the
                  fast tier are dropped although
                  slow memory is free

            """,
            NextTo(width: 40, label: 30));

    [Fact]
    public void A_line_that_may_be_a_command_is_never_broken()
    {
        using StringWriter writer = new();
        new TextOutput(writer, width: 20).WriteLine("fix: " + Sentence);
        Assert.Equal($"fix: {Sentence}\n", writer.ToString());
    }

    [Fact]
    public void A_command_that_is_too_long_continues_as_a_shell_reads_it()
    {
        const string Command = "sudo terrace kernel --set transparent_hugepage=madvise --set zone_reclaim_mode=0";
        foreach (int? width in new int?[] { null, 100, 60, 40, 20 })
        {
            using StringWriter writer = new();
            new TextOutput(writer, width).WriteCommand("  fix: ", Command);
            string[] lines = writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal($"fix: {Command}", string.Join(' ', lines.Select(line => line.Trim().TrimEnd('\\').Trim())));
            Assert.Equal(width is null or 100, lines.Length == 1);
            Assert.All(lines[..^1].Where(line => line.Trim() != "fix:"), line => Assert.EndsWith(" \\", line, StringComparison.Ordinal));
            Assert.All(
                lines, line => Assert.True(width is null || line.Length <= width || line.Trim().Count(letter => letter == ' ') <= 1, line));
        }
    }

    private static string NextTo(int? width, int label)
    {
        using StringWriter writer = new();
        new TextOutput(writer, width).WriteNextTo(["  moved".PadRight(label)], Sentence);
        return writer.ToString();
    }
}
