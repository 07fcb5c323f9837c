using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Reports.Tests.Pictures;

/// <summary>Heat maps made by hand.</summary>
internal static class HeatMaps
{
    /// <summary>One round of <paramref name="scans"/> scans; a page's facts are given by its chunk and number.</summary>
    public static void Round(
        HeatMap map,
        IEnumerable<ulong> chunks,
        Func<ulong, int, (bool Present, bool Accessed, int Place)> page,
        int scans = 3,
        Action? afterScan = null)
    {
        map.BeginRound();
        for (int scan = 0; scan < scans; scan++)
        {
            map.BeginScan();
            foreach (ulong chunk in chunks.Order())
            {
                ChunkFacts facts = default;
                for (int i = 0; i < Chunk.Pages; i++)
                {
                    (bool present, bool accessed, int place) = page(chunk, i);
                    Set(ref facts.Present, i, present);
                    Set(ref facts.Accessed, i, accessed);
                    Set(ref facts.PlaceLow, i, (place & 1) != 0);
                    Set(ref facts.PlaceHigh, i, (place & 2) != 0);
                }

                map.Record(chunk, facts);
            }

            map.EndScan();
            afterScan?.Invoke();
        }

        map.EndRound(new HeatHistogram());
    }

    private static void Set(ref BitPlane plane, int page, bool value)
    {
        if (value)
        {
            plane.AsWords()[page >> 6] |= 1UL << (page & 63);
        }
    }
}
