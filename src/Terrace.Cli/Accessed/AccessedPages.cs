using Terrace.Core.Machine;

namespace Terrace.Cli.Accessed;

/// <summary>
/// Passes what a scan sees on to a writer, and counts it. A chunk may come in several pieces, one for each area, so it is passed on when
/// the next one begins.
/// </summary>
/// <param name="selection">What is reported.</param>
/// <param name="writer">Takes it; null when it is only counted.</param>
internal sealed class AccessedPages(AddressSelection selection, IAccessedWriter? writer) : IScanSink
{
    private readonly AccessedChunk _chunk = new();
    private bool _holds;
    private int _scan;
    private TimeSpan _covered;

    /// <summary>What of the scan was passed on so far.</summary>
    public AccessedTally Tally { get; private set; }

    /// <summary>True when the writer has begun to write the scan.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Begins a scan, or begins one again of which nothing was written.</summary>
    /// <param name="scan">Its number, from 1.</param>
    /// <param name="covered">Time from the clear to the read.</param>
    public void Begin(int scan, TimeSpan covered)
    {
        (_scan, _covered, _holds, HasBegun, Tally) = (scan, covered, false, false, default);
    }

    /// <inheritdoc/>
    public void Record(ulong chunk, in ChunkFacts facts)
    {
        if (!_holds || _chunk.Number != chunk)
        {
            PassOn();
            _chunk.Begin(chunk);
            _holds = true;
        }

        _chunk.Add(in facts);
    }

    /// <summary>Ends a scan that is whole.</summary>
    public void End()
    {
        PassOn();
        BeginWriting();
        writer?.EndScan();
    }

    private void PassOn()
    {
        if (!_holds)
        {
            return;
        }

        _holds = false;
        Tally += _chunk.End(selection.PagesOf(_chunk.Number));
        if (!_chunk.IsEmpty)
        {
            BeginWriting();
            writer?.Write(_chunk);
        }
    }

    private void BeginWriting()
    {
        if (!HasBegun)
        {
            HasBegun = true;
            writer?.BeginScan(_scan, _covered);
        }
    }
}
