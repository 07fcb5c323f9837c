using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tests.Tiering;

public sealed class UsualTouchesTests
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    [Theory]
    [InlineData(40, 40, false)]
    [InlineData(40, 60, false)]
    [InlineData(40, 200, true)]
    [InlineData(0, 2, false)]
    [InlineData(0, 10, true)]
    [InlineData(200, 40, false)]
    public void More_of_slow_memory_in_use_in_the_last_scan_than_in_the_first_is_a_rise(int first, int last, bool risen)
    {
        UsualTouches usual = new();
        usual.Clear();
        usual.Add(Scan(first), s_interval);
        usual.Add(Scan(first), s_interval);
        Assert.False(usual.HasRisen);
        usual.Add(Scan(last), s_interval);
        Assert.Equal(risen, usual.HasRisen);
        usual.Clear();
        Assert.False(usual.HasRisen);
    }

    [Fact]
    public void A_scan_that_covered_more_time_may_have_seen_more()
    {
        UsualTouches usual = new();
        usual.Clear();
        usual.Add(Scan(40), s_interval);
        usual.Add(Scan(150), 3 * s_interval);
        Assert.False(usual.HasRisen);
    }

    /// <summary>A chunk of slow pages, of which this many are accessed.</summary>
    private static TouchCounter Scan(int touched)
    {
        ChunkFacts facts = default;
        facts.Present.Fill(ulong.MaxValue);
        facts.PlaceLow.Fill(ulong.MaxValue);
        for (int page = 0; page < touched; page++)
        {
            facts.Accessed.AsWords()[page >> 6] |= 1UL << (page & 63);
        }

        TouchCounter scan = new();
        scan.Begin(fastPlaces: 1, PlaceMap.FewBits, inner: null);
        scan.Record(1, facts);
        return scan;
    }
}
