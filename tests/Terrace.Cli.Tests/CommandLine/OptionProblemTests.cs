using System.CommandLine;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Xunit;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Help;
using Terrace.Cli.Terminal;

namespace Terrace.Cli.Tests.CommandLine;

/// <summary>All options with a reader of their own, of all commands: what they refuse, they refuse in two parts.</summary>
public sealed partial class OptionProblemTests
{
    private static readonly Dictionary<string, Option> s_options =
        Tree(TerraceCommands.Create(new CliConsole(TextWriter.Null, TextWriter.Null)))
        .SelectMany(command => command.Options.Where(HasReader).Select(option => (Path: SymbolText.PathOf(command), Option: option)))
        .ToDictionary(one => $"{one.Path} {one.Option.Name}", one => one.Option);

    public static TheoryData<string> Options => [.. s_options.Keys];

    [Theory]
    [MemberData(nameof(Options))]
    public void Every_option_refuses_nonsense(string option) => AssertSound(s_options[option], ProblemOf(s_options[option], "?; !")!);

    [Theory]
    [InlineData("terrace exercise --size", "lots", "'lots' is not a size; write for example 1400M")]
    [InlineData("terrace exercise --size", "12", "'12' has no unit; write 12MiB or 12GiB")]
    [InlineData("terrace exercise --size", "99999999999G", "'99999999999G' is out of range; write 1MiB to 8TiB")]
    [InlineData("terrace exercise --seed", "4294967296", "'4294967296' is out of range; write 0 to 2147483647")]
    [InlineData("terrace exercise --for", "99999999d", "'99999999d' is out of range; write 1ms to 1000d")]
    [InlineData("terrace exercise --load", "50", "'50' has no unit; write 50%")]
    [InlineData("terrace run --rate-limit", "100", "'100' has no unit; write 100MiB/s")]
    [InlineData("terrace run --interval", "10..1000", "'10..1000' has no unit; write 10ms or 10s")]
    [InlineData("terrace run --headroom", "100%", "'100%' is out of range; write 0% to 50%")]
    [InlineData("terrace exercise --hot", "0%", "'0%' is out of range; write more than 0%, up to 100%")]
    [InlineData("terrace exercise --threads", "0", "'0' is out of range; write 1 to 1024")]
    [InlineData("terrace exercise --threads", "many", "'many' is not a whole number; write 1 to 1024")]
    [InlineData("terrace exercise --bind", "64", "'64' is not the number of a node; see terrace topology")]
    [InlineData("terrace scan --interval", "1us", "'1us' is out of range; write 1ms to 1000d")]
    [InlineData("terrace run --fast", "0%", "'0%' is out of range; write more than 0%, up to 100%")]
    [InlineData("terrace run --huge-pages", "never", "'never' is not known; say split or keep")]
    [InlineData("terrace run --tracker", "x", "there is no tracker 'x'; there are auto, page-tables and idle-bitmap")]
    [InlineData("terrace layout stripe --block", "0", "blocks need at least one page; write for example 1MiB")]
    [InlineData("terrace layout stripe --on-full", "x", "'x' is neither rollback nor stop; write one of them")]
    public void Its_message_names_what_is_wrong_and_the_fix(string option, string text, string said) =>
        Assert.Equal($"{s_options[option].Name}: {said}", ProblemOf(s_options[option], text));

    [Property(MaxTest = 50)]
    public void Whatever_is_refused_has_a_fix_and_is_in_two_parts(NonNull<string> before, NonNull<string> after)
    {
        foreach (string text in (string[])[before.Get, $"{before.Get}; {after.Get}"])
        {
            Assert.All(s_options.Values, option =>
            {
                if (ProblemOf(option, text) is { } problem)
                {
                    AssertSound(option, problem);
                }
            });
        }
    }

    [Theory]
    [InlineData("terrace layout push --slice", "100", "'100' has no unit; write 100KiB")]
    [InlineData("terrace simulate --for", "10", "'10' has no unit; write 10s")]
    [InlineData("terrace exercise --report-every", "10", "'10' has no unit; write 10s")]
    [InlineData("terrace exercise --phase", "5", "'5' has no unit; write 5s")]
    [InlineData("terrace run --interval", "10ms..1", "'10ms..1' has no unit; write 1s")]
    [InlineData("terrace run --interval", "5..10ms", "'5..10ms' has no unit; write 5ms")]
    [InlineData("terrace run --headroom", "60", "'60' has no unit; write 0% to 50%")]
    [InlineData("terrace run --fast", "400", "'400' has no unit; write 400MiB")]
    [InlineData("terrace run --fast", "8E",
        "'8E' is out of range; write more than 0%, up to 100%, or a size of 4KiB (one page) or more, and less than 8EiB")]
    [InlineData("terrace exercise --zipf", "-1", "'-1' is out of range; write more than 0, up to 10")]
    [InlineData("terrace exercise --zipf", "x", "'x' is not a number; write for example 0.99")]
    [InlineData("terrace layout simulate --size", "1E", "'1E' is out of range; write 4KiB to 16GiB")]
    [InlineData("terrace layout simulate --size", "9E", "'9E' is out of range; write 4KiB to 16GiB")]
    [InlineData("terrace run --heatmap-size", "10x10", "'10x10' is out of range; write 640x480 to 4096x4096")]
    public void It_suggests_what_the_option_takes(string option, string text, string said) =>
        Assert.Equal($"{s_options[option].Name}: {said}", ProblemOf(s_options[option], text));

    // "write 10ms or 10s", "write 40%, or 40MiB"; a range is said in words.
    [Property(MaxTest = 300)]
    public void What_it_suggests_for_a_number_is_taken(NonNegativeInt number, bool isSmall)
    {
        string text = isSmall ? $"0.{number.Get}" : number.Get.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.All(s_options.Values, option =>
        {
            string[] parts = ProblemOf(option, text)?.Split("; write ") ?? [];
            if (parts.Length == 2 && parts[0].EndsWith("has no unit", StringComparison.Ordinal) && !Range().IsMatch(parts[1]))
            {
                Assert.All(Between().Split(parts[1]), suggested => Assert.Null(ProblemOf(option, suggested)));
            }
        });
    }

    [GeneratedRegex(" to | than |^for example ", RegexOptions.None)]
    private static partial Regex Range();

    [GeneratedRegex(",? or ", RegexOptions.None)]
    private static partial Regex Between();

    private static bool HasReader(Option option) =>
        option.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(UnitOption<>);

    private static IEnumerable<Command> Tree(Command command) => command.Subcommands.SelectMany(Tree).Prepend(command);

    // What the reader says of a text; null when it takes it, or when the text was no value for the parser.
    private static string? ProblemOf(Option option, string text) =>
        new RootCommand { option }.Parse([option.Name, text], new ParserConfiguration { ResponseFileTokenReplacer = null })
            .Errors.Select(error => error.Message)
            .FirstOrDefault(message => message.StartsWith($"{option.Name}: ", StringComparison.Ordinal));

    private static void AssertSound(Option option, string message)
    {
        string[] parts = Quoted().Replace(message[$"{option.Name}: ".Length..], "'…'").Split("; ");
        Assert.Equal(2, parts.Length);
        Assert.All(parts, part => Assert.NotEmpty(part.Trim()));
    }

    // From the first quote to the last: what was typed may have some of its own.
    [GeneratedRegex("'.*'", RegexOptions.Singleline)]
    private static partial Regex Quoted();
}
