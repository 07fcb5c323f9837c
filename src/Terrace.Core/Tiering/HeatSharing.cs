using System.Numerics;
using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.Tiering;

/// <summary>
/// Tells the kernel's reclaim, at the end of a round, which pages of fast memory are hot and which are cold. The round's clears
/// have taken from it the accessed bits by which it would have known: a hot
/// page that was not accessed since the last of them looks idle to it. In slices, so that other targets do not wait; what a round
/// has no time for, the next ones continue with.
/// </summary>
internal sealed class HeatSharing(IMachine machine, TimeProvider time)
{
    /// <summary>A page is told cold only once it has been cold for this many rounds.</summary>
    private const int RoundsBeforeCold = 4;

    /// <summary>
    /// Part of the time that the round's scans took, which telling of hot pages may take. What is told is worth no more than what
    /// was found out.
    /// </summary>
    private const double HotPart = 0.75;

    private const double ColdPart = 0.25;

    /// <summary>A slice ends after at most this many pages, with the chunk in which they are reached.</summary>
    private const int SlicePages = 2048;

    /// <summary>What a page is assumed to cost before any was reported.</summary>
    private const double FirstPageNs = 1000;

    /// <summary>Weight of the last slice, 1 in N, in what a page is taken to cost.</summary>
    private const int CostMemory = 4;

    private readonly ulong[] _pages = new ulong[SlicePages + Chunk.Pages];
    private int _count;

    // Pages that another page of their huge page or folio stands for.
    private long _others;
    private double _hotPageNs = FirstPageNs;
    private double _coldPageNs = FirstPageNs;

    /// <summary>Begins for a round that has ended; false when nothing is to be told.</summary>
    public bool Begin(TieringTarget target)
    {
        // Of a first round nobody knows yet whether it is typical.
        if (
            !target.Options.ShareHeat
                || target.Options.DryRun
                || target.Rounds < 2
                || target.Heat.Chunks == 0
                || target.Process.HeatSharer is null)
        {
            return false;
        }

        Begin(target, isHot: true);
        return true;
    }

    /// <summary>Reports a slice; false when that was the round's last.</summary>
    public bool Step(TieringTarget target)
    {
        SharingProgress progress = target.Sharing;
        IHeatSharer sharer = target.Process.HeatSharer!;
        RoundReport report = target.Report;
        long begun = time.GetTimestamp();
        Collect(target);
        int told = _count > 0 ? Tell(progress.IsHot, sharer) : 0;
        TimeSpan took = time.GetElapsedTime(begun);
        report.Cost += new RoundCost { Share = took };
        progress.TimeLeft -= took;
        if (progress.IsHot)
        {
            report.Shared += new SharedPages { Hot = told + (told == _count ? _others : 0) };
        }
        else
        {
            report.Shared += new SharedPages { Cold = told };
        }

        bool refused = told == 0 && _count > 0;
        if (progress.ChunksLeft > 0 && progress.TimeLeft > TimeSpan.Zero && !refused)
        {
            return true;
        }

        if (!progress.IsHot || target.Rounds < RoundsBeforeCold)
        {
            return false;
        }

        Begin(target, isHot: false);
        return true;
    }

    private static void Begin(TieringTarget target, bool isHot)
    {
        target.Sharing.IsHot = isHot;
        target.Sharing.ChunksLeft = target.Heat.Chunks;
        target.Sharing.TimeLeft = target.Report.Cost.Scans * (isHot ? HotPart : ColdPart);
    }

    private int Tell(bool hot, IHeatSharer sharer)
    {
        Span<ulong> pages = _pages.AsSpan(0, _count);
        long begun = time.GetTimestamp();
        int told = hot ? sharer.ShareHot(pages) : sharer.ShareCold(pages);
        double cost = time.GetElapsedTime(begun).TotalNanoseconds / _count;
        _hotPageNs += hot ? (cost - _hotPageNs) / CostMemory : 0;
        _coldPageNs += hot ? 0 : (cost - _coldPageNs) / CostMemory;
        return told;
    }

    /// <summary>Takes the pages of whole chunks from the hand on. A slice ends with the last chunk, so that addresses ascend.</summary>
    private void Collect(TieringTarget target)
    {
        SharingProgress progress = target.Sharing;
        HeatMap heat = target.Heat;
        int places = machine.Places.InTier(0);
        double most = progress.TimeLeft.TotalNanoseconds / (progress.IsHot ? _hotPageNs : _coldPageNs);
        _count = 0;
        _others = 0;
        int index = heat.IndexAtOrAfter(progress.IsHot ? progress.HotHand : progress.ColdHand);
        do
        {
            HeatChunk chunk = heat.ChunkAt(index);
            if (progress.IsHot)
            {
                TakeHot(chunk, places, heat.Scans);
            }
            else
            {
                TakeCold(chunk, places);
            }

            progress.ChunksLeft--;
            index++;
        }
        while (progress.ChunksLeft > 0 && _count < most && _count < SlicePages && index < heat.Chunks);

        ulong hand = index < heat.Chunks ? heat.ChunkAt(index).Number : 0;
        (progress.HotHand, progress.ColdHand) = progress.IsHot ? (hand, progress.ColdHand) : (progress.HotHand, hand);
    }

    private void TakeHot(HeatChunk chunk, int places, int scans)
    {
        if (chunk.IsHuge)
        {
            if ((chunk.CountMask(0, places, scans) & 1) != 0)
            {
                _pages[_count++] = Chunk.AddressOf(chunk.Number, 0);
                _others += Chunk.Pages - 1;
            }

            return;
        }

        for (int word = 0; word < BitPlane.Words; word++)
        {
            ulong pages = chunk.CountMask(word, places, scans);
            if (chunk.HasFolios)
            {
                // One page stands for the folio.
                _others += BitOperations.PopCount(pages & chunk.Joined[word]);
                pages &= ~chunk.Joined[word];
            }

            Take(chunk, word, pages);
        }
    }

    private void TakeCold(HeatChunk chunk, int places)
    {
        for (int word = 0; word < BitPlane.Words; word++)
        {
            Take(chunk, word, chunk.HeatMask(word, places, heat: 0));
        }
    }

    private void Take(HeatChunk chunk, int word, ulong pages)
    {
        for (; pages != 0; pages &= pages - 1)
        {
            _pages[_count++] = Chunk.AddressOf(chunk.Number, (word << 6) + BitOperations.TrailingZeroCount(pages));
        }
    }
}
