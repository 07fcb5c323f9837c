using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Cli.Accessed;
using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Cli.Tests.Accessed;

/// <summary>What a scan saw is what a reader reads, whatever lies where.</summary>
public sealed class AccessedRoundTripTests
{
    private static readonly Gen<ChunkFacts> s_facts =
        from kind in Gen.Choose(0, 3)
        from runs in Gen.Choose(1, 120).SelectMany(pages => Gen.Elements('a', 'i', '-').Select(state => $"{state}{pages}")).ArrayOf()
        select kind switch
        {
            0 => ChunkSamples.Huge(accessed: true),
            1 => ChunkSamples.Huge(accessed: false),
            2 => ChunkSamples.Pages("i512"),
            _ => ChunkSamples.Pages(Fitting(runs)),
        };

    private static readonly Gen<(ulong Chunk, ChunkFacts Facts)[]> s_chunks =
        from gaps in Gen.Elements(1, 1, 1, 2, 9, 16, 150, 70_000).ArrayOf()
        from facts in s_facts.ArrayOf(gaps.Length)
        select gaps.Select((_, at) => ((ulong)gaps.Take(at + 1).Sum(), facts[at])).ToArray();

    private static readonly Gen<(ulong Start, ulong End)[]> s_ranges =
        (from start in Gen.Choose(0, 64 << 20)
         from length in Gen.Choose(1, 8 << 20)
         select ((ulong)start, (ulong)start + (ulong)length)).ArrayOf(3);

    [Property(MaxTest = 100)]
    public Property Both_formats_read_back_as_what_was_seen() => Prop.ForAll(s_chunks.ToArbitrary(), chunks =>
        Check(chunks, [], _ => true));

    [Property(MaxTest = 60)]
    public Property Pages_that_a_range_touches_are_written_and_no_others() =>
        Prop.ForAll(s_chunks.ToArbitrary(), s_ranges.ToArbitrary(), (chunks, ranges) =>
            Check(chunks, ranges, page => Array.Exists(ranges, range => range.Start < page + Chunk.PageBytes && range.End > page)));

    private static void Check(
        (ulong Chunk, ChunkFacts Facts)[] chunks, (ulong Start, ulong End)[] ranges, Func<ulong, bool> isReported)
    {
        SortedDictionary<ulong, (bool Accessed, bool Huge)> seen = [];
        foreach ((ulong chunk, ChunkFacts facts) in chunks)
        {
            bool whole = Enumerable.Range(0, Chunk.Pages).All(page => isReported(Chunk.AddressOf(chunk, page)));
            for (int page = 0; page < Chunk.Pages; page++)
            {
                ulong bit = 1UL << (page % 64);
                if ((facts.Present[page / 64] & bit) != 0 && isReported(Chunk.AddressOf(chunk, page)))
                {
                    seen.Add(Chunk.AddressOf(chunk, page), ((facts.Accessed[page / 64] & bit) != 0, facts.IsHuge && whole));
                }
            }
        }

        AddressSelection selection = new(ranges);
        byte[] extents = ChunkSamples.Written(output => new IdlePagesWriter(output), selection, chunks);
        Assert.Equal(seen, Assert.Single(IdlePagesStream.Read(extents)));
        Assert.Equal(seen, BitmapStream.ReadOne(ChunkSamples.Written(output => new BitmapWriter(output), selection, chunks)));
        AccessedPages counted = new(selection, writer: null);
        counted.Begin(1, TimeSpan.Zero);
        foreach ((ulong chunk, ChunkFacts facts) in chunks)
        {
            counted.Record(chunk, in facts);
        }

        counted.End();
        Assert.Equal(
            (seen.Values.LongCount(page => page.Accessed), seen.Values.LongCount(page => !page.Accessed)),
            (counted.Tally.Accessed, counted.Tally.Idle));
    }

    // A hole where nothing was drawn, and as much as a chunk holds.
    private static string Fitting(string[] runs)
    {
        int left = Chunk.Pages;
        List<string> fitting = ["-0"];
        foreach (string run in runs)
        {
            int pages = Math.Min(left, int.Parse(run.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture));
            fitting.Add($"{run[0]}{pages}");
            left -= pages;
        }

        return string.Join(' ', fitting);
    }
}
