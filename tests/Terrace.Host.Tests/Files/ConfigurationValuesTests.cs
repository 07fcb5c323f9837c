using System.Net;
using FsCheck;
using FsCheck.Xunit;
using Terrace.Core.Units;
using Terrace.Host.Files;

namespace Terrace.Host.Tests.Files;

public sealed class ConfigurationValuesTests
{
    /// <summary>What each reader has against a text; null when it takes it.</summary>
    private static readonly Dictionary<string, Func<string, Problem?>> s_readers = new()
    {
        [nameof(ConfigurationValues.Share)] = Against<FastShare>(ConfigurationValues.Share),
        [nameof(ConfigurationValues.AreaShare)] = Against<FastShare>(ConfigurationValues.AreaShare),
        [nameof(ConfigurationValues.Size)] = Against<long>(ConfigurationValues.Size),
        [nameof(ConfigurationValues.Rate)] = Against<long>(ConfigurationValues.Rate),
        [nameof(ConfigurationValues.Interval)] = Against<(TimeSpan Min, TimeSpan Max)>(ConfigurationValues.Interval),
        [nameof(ConfigurationValues.Time)] = Against<TimeSpan>(ConfigurationValues.Time),
        [nameof(ConfigurationValues.TimeOrOff)] = Against<TimeSpan>(ConfigurationValues.TimeOrOff),
        [nameof(ConfigurationValues.ThresholdOrOff)] = Against<double>(ConfigurationValues.ThresholdOrOff),
        [nameof(ConfigurationValues.Fraction)] = Against(ConfigurationValues.Fraction(new PercentageRange(Max: 0.5))),
        [nameof(ConfigurationValues.Number)] = Against(ConfigurationValues.Number(3, 10)),
        [nameof(ConfigurationValues.YesOrNo)] = Against<bool>(ConfigurationValues.YesOrNo),
        [nameof(ConfigurationValues.OneOf)] = Against(ConfigurationValues.OneOf(("hot", 1), ("cold", 2))),
        [nameof(ConfigurationValues.AddressRange)] = Against<(ulong Start, ulong End)>(ConfigurationValues.AddressRange),
        [nameof(ConfigurationValues.LoopbackAddress)] = Against<IPEndPoint?>(ConfigurationValues.LoopbackAddress),
        [nameof(ConfigurationValues.Collector)] = Against<Uri?>(ConfigurationValues.Collector),
    };

    public static TheoryData<string> Readers => [.. s_readers.Keys];

    [Theory]
    [MemberData(nameof(Readers))]
    public void Every_reader_refuses_nonsense(string reader) => AssertSound(s_readers[reader]("?; !")!, "?; !");

    [Theory]
    [InlineData("Share", "101%", "'101%' is out of range", "write more than 0%, up to 100%")]
    [InlineData("AreaShare", "auto", "'auto' means nothing for an area: its pages go by their heat anyway",
        "write for example 30%, or leave the area out")]
    [InlineData("Rate", "1K/s", "'1K/s' is out of range", "write 4KiB/s or more, and less than 8EiB/s")]
    [InlineData("Interval", "1ns", "'1ns' is not a duration", "write for example 10ms..1s (units are us, ms, s, m, h and d)")]
    [InlineData("Interval", "10ms..1", "'10ms..1' has no unit", "write 1s")]
    [InlineData("Share", "99999999999G", "'99999999999G' is out of range",
        "write more than 0%, up to 100%, or a size of 4KiB (one page) or more, and less than 8EiB")]
    [InlineData("LoopbackAddress", "127.0.0.1:70000", "'127.0.0.1:70000' has the port 70000, which is out of range", "write 1 to 65535")]
    [InlineData("LoopbackAddress", "127.0.0.1:x", "'127.0.0.1:x' is not an address and a port", "write for example 127.0.0.1:9464")]
    [InlineData("Interval", "1s..10ms", "'1s..10ms' ends before it begins", "write the shorter time first")]
    [InlineData("Fraction", "51%", "'51%' is out of range", "write 0% to 50%")]
    [InlineData("Number", "2", "'2' is out of range", "write 3 to 10")]
    [InlineData("OneOf", "warm", "'warm' is not known", "write one of hot, cold")]
    [InlineData("AddressRange", "0x20-0x10", "'0x20-0x10' ends before it begins", "write the lower address first")]
    public void What_is_wrong_and_the_fix_come_apart(string reader, string text, string what, string fix) =>
        Assert.Equal(new Problem(what, fix), s_readers[reader](text));

    [Property]
    public void Whatever_is_refused_is_quoted_whole_and_a_fix_is_said(NonNull<string> before, NonNull<string> after)
    {
        foreach (string text in (string[])[before.Get, $"{before.Get}; {after.Get}", $"40%; {after.Get}", $"{before.Get}s"])
        {
            Assert.All(s_readers, reader =>
            {
                if (reader.Value(text) is { } problem)
                {
                    AssertSound(problem, text);
                }
            });
        }
    }

    private static Func<string, Problem?> Against<T>(TextReaderOf<T> reader) => text =>
    {
        Assert.Equal(reader(text, out _, out Problem? problem), problem is null);
        return problem;
    };

    private static void AssertSound(Problem problem, string text)
    {
        // Some readers quote a text without the spaces around it.
        string[] quoted = [$"'{text}'", $"'{text.Trim()}'"];
        string unquoted = quoted.Aggregate(problem.What, (what, quote) => what.Replace(quote, "", StringComparison.Ordinal));
        Assert.NotEmpty(unquoted.Trim());
        Assert.NotEmpty(problem.Fix.Trim());
        Assert.DoesNotContain("; ", unquoted, StringComparison.Ordinal);
        Assert.DoesNotContain("; ", problem.Fix, StringComparison.Ordinal);
        Assert.True(unquoted.Length < problem.What.Length || !text.Contains("; ", StringComparison.Ordinal), problem.What);
    }
}
