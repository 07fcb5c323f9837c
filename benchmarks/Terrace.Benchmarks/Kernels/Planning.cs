using BenchmarkDotNet.Attributes;
using Terrace.Core.Machine;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Benchmarks.Kernels;

/// <summary>
/// Planning a round for 1 TiB of 4-KiB pages on one core: ending the round (folding counts into heat, histogram), deciding, and choosing
/// the pages of both directions. Heat is random in every page, which is the worst case for the histogram. Half of the pages are
/// in each tier.
/// </summary>
public class Planning
{
    private const int Chunks = 1 << (40 - Chunk.Shift);
    private const long MaxMoves = 128 * 1024;
    private readonly HeatMap _map = new();
    private readonly HeatHistogram _histogram = new();
    private readonly MoveEconomics _economics = new(TimeSpan.FromMinutes(2));
    private readonly HeatForecast _forecast = new();
    private readonly ExchangeSelector _selector = new();
    private readonly MovePlan _plan = new();
    private readonly MoveRoute[] _routes = [MoveRoute.To([1]), MoveRoute.To([0]), MoveRoute.None, MoveRoute.None];

    [GlobalSetup]
    public void Setup()
    {
        Random random = new(1);
        ChunkFacts facts = default;
        facts.Present.Fill(ulong.MaxValue);
        for (int scan = 0; scan < 5; scan++)
        {
            _map.BeginScan();
            for (int i = 0; i < Chunks; i++)
            {
                foreach (ref ulong word in facts.Accessed.AsWords())
                {
                    word = (ulong)random.NextInt64();
                }

                facts.PlaceLow.Fill((i & 1) == 0 ? 0 : ulong.MaxValue);
                _map.Record((ulong)i, facts);
            }

            _map.EndScan();
        }

        Console.WriteLine(
            $"// {_map.TrackingBytes / (double)((long)Chunks * Chunk.Pages):0.000} bytes of tracking memory for each 4-KiB page");
    }

    [GlobalCleanup]
    public void Cleanup() => _map.Dispose();

    [Benchmark]
    public long PlanOneTebibyte()
    {
        _plan.Clear();
        _map.EndRound(_histogram, _forecast);
        _economics.SetForecast(_forecast, 5, TimeSpan.FromMilliseconds(100));
        ExchangeTerms terms = new(1, 2, _histogram.TotalIn(1), 0, MaxMoves, 0, ExchangeAllowed: true);
        ExchangePlan plan = ExchangePlanner.Plan(_histogram, terms, _economics);
        _selector.Select(_map, 0, plan, terms, _routes, _routes, _plan);
        return _plan.PagesLeft;
    }
}
