using System.Text;
using Terrace.Core.Units;
using Terrace.Host.Files;

namespace Terrace.Fuzz.Targets;

/// <summary>Sizes, durations, shares and rates as people write them.</summary>
internal sealed class UnitsTarget : IFuzzTarget
{
    public string Name => "units";

    public string Reads => "sizes, durations, shares, rates, intervals, addresses of collectors";

    public int MaxBytes => 128;

    public IReadOnlyList<string> Words =>
    [
        "KiB", "MiB", "GiB", "TiB", "EB", "auto", "%", "ms", "us", "µs", "min", "sec", "d", "..", "MiB/s", "off", "pages", "1e308",
        "9223372036854775807",
        "http://127.0.0.1:4318", "https://[::1]:1/", "localhost:9464",
    ];

    public IEnumerable<byte[]> Seeds => CapturedFiles.Texts(
        "1.5GiB", "40%", "auto", "2h", "10ms..1s", "100MiB/s", "0.25", "off", "http://127.0.0.1:4318/v1", "127.0.0.1:9464", "7.9999999E");

    public void Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        if (ByteSize.TryParse(text, out long bytes))
        {
            Expect.That(bytes >= 0);
            _ = ByteSize.Format(bytes);
        }

        if (HumanDuration.TryParse(text, out TimeSpan duration))
        {
            Expect.That(duration >= TimeSpan.Zero);
            Expect.That(duration <= TimeSpan.FromDays(1000));
            _ = HumanDuration.Format(duration);
        }

        if (FastShare.TryParse(text, out FastShare share, out Problem? problem))
        {
            Expect.That(share.PagesOf(1000) is null or (>= 0 and <= 1000));
            _ = share.ToString();
        }

        Expect.That(problem is null or { What.Length: > 0, Fix.Length: > 0 });
        Expect.That(!ConfigurationValues.Rate(text, out long rate, out _) || rate >= 0);
        Expect.That(!ConfigurationValues.Interval(text, out (TimeSpan Min, TimeSpan Max) interval, out _) || interval.Min <= interval.Max);
        Expect.That(!ConfigurationValues.TimeOrOff(text, out TimeSpan time, out _) || time >= TimeSpan.Zero);
        Expect.That(!ConfigurationValues.Fraction(new PercentageRange())(text, out double fraction, out _) || fraction is >= 0 and <= 1);
        _ = ConfigurationValues.LoopbackAddress(text, out _, out _);
        Expect.That(!ConfigurationValues.Collector(text, out Uri? address, out _) || address is { IsAbsoluteUri: true });
    }
}
