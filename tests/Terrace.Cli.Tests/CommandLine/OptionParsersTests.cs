using System.CommandLine;
using Terrace.Cli.CommandLine;

namespace Terrace.Cli.Tests.CommandLine;

public sealed class OptionParsersTests
{
    [Fact]
    public void An_interval_is_a_range_or_one_time_for_both()
    {
        UnitOption<(TimeSpan Min, TimeSpan Max)> interval = OptionParsers.Interval("", "10ms..1s");
        Assert.Equal((TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1)), Parse(interval));
        Assert.Equal((TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2)), Parse(interval, "--interval", "50ms..2s"));
        Assert.Equal((TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3)), Parse(interval, "--interval", "3s"));
    }

    [Fact]
    public void Sizes_and_times_have_units()
    {
        Assert.Equal(1400L << 20, Parse(OptionParsers.Size("--size", "", "1400M", 1)));
        Assert.Equal(2L << 30, Parse(OptionParsers.Size("--size", "", "1400M", 1), "--size", "2GiB"));
        Assert.Equal(TimeSpan.FromSeconds(90), Parse(OptionParsers.Duration("--for", "", null, TimeSpan.Zero), "--for", "1.5m"));
        Assert.Null(Parse(OptionParsers.Duration("--for", "", null, TimeSpan.Zero)));
    }

    [Fact]
    public void Several_process_numbers_may_be_given_in_every_usual_way()
    {
        Option<int[]> pids = PidReader.Option();
        RootCommand root = new() { pids };
        foreach (
            string[] line in (string[][])[["--pid", "1", "2", "3"], ["--pid", "1,2,3"], ["--pid", "1 2 3"],
            [
                "--pid",
                "1",
                "--pid",
                "2",
                "3",
            ], ["--pid", "1,2", "3", "2"]])
        {
            Assert.Equal([1, 2, 3], root.Parse(line).GetValue(pids)!);
        }
    }

    private static T Parse<T>(UnitOption<T> option, params string[] line) => option.In(new RootCommand { option }.Parse(line));
}
