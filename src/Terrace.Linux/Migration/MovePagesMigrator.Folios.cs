using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Linux.Migration;

/// <content>
/// Folios: all pages of one move with the one that is named. When several are named in one call the second is refused, because the
/// first has taken the folio off its list, and yet it moves (EBUSY of folio_isolate_lru, add_folio_for_migration in mm/migrate.c).
/// </content>
public sealed partial class MovePagesMigrator
{
    /// <inheritdoc/>
    /// <remarks>
    /// Where all of a folio is afterwards is asked, for it may have been split since it was seen. Pages that have stayed behind are then
    /// named one by one.
    /// </remarks>
    public void MoveFolios(
        ReadOnlySpan<ulong> addresses, ReadOnlySpan<ushort> counts, int targetNode, Span<MoveResult> results, Span<ushort> arrived)
    {
        Move(addresses, targetNode, results);
        int waiting = 0;
        for (int i = 0; i < addresses.Length; i++)
        {
            bool there = results[i] is MoveResult.Moved or MoveResult.AlreadyThere;
            bool isFolio = counts[i] is > 1 and < Chunk.Pages;
            arrived[i] = !there ? (ushort)0 : isFolio ? (ushort)1 : counts[i];
            for (int page = 1; there && isFolio && page < counts[i]; page++)
            {
                _buffers.Others[waiting] = addresses[i] + ((ulong)page << Chunk.PageShift);
                _buffers.Owners[waiting++] = i;
                if (waiting == _buffers.Others.Length)
                {
                    Check(waiting, targetNode, arrived);
                    waiting = 0;
                }
            }
        }

        Check(waiting, targetNode, arrived);
    }

    /// <summary>Counts the other pages that are where they should be, and moves those that are not.</summary>
    private void Check(int count, int targetNode, Span<ushort> arrived)
    {
        if (count == 0)
        {
            return;
        }

        Span<ulong> pages = _buffers.Others.AsSpan(0, count);
        Span<int> where = _buffers.Where.AsSpan(0, count);
        if (!TryNodesOf(pages, where))
        {
            return;
        }

        int left = 0;
        for (int i = 0; i < count; i++)
        {
            if (where[i] == targetNode)
            {
                arrived[_buffers.Owners[i]]++;
            }
            else if (where[i] >= 0)
            {
                (pages[left], _buffers.Owners[left]) = (pages[i], _buffers.Owners[i]);
                left++;
            }
        }

        if (left > 0)
        {
            Move(pages[..left], targetNode, _buffers.OthersResults);
            for (int i = 0; i < left; i++)
            {
                arrived[_buffers.Owners[i]] += (ushort)(_buffers.OthersResults[i] is MoveResult.Moved or MoveResult.AlreadyThere ? 1 : 0);
            }
        }
    }

    /// <summary>A page that was busy, and is where it should be, has moved with another of its folio.</summary>
    private void SettleBusy(ReadOnlySpan<ulong> addresses, int targetNode, Span<MoveResult> results)
    {
        int count = 0;
        for (int i = 0; i < addresses.Length; i++)
        {
            if (results[i] == MoveResult.Busy)
            {
                _buffers.Again[count++] = addresses[i];
            }
        }

        Span<int> where = _buffers.Where.AsSpan(0, count);
        if (!TryNodesOf(_buffers.Again.AsSpan(0, count), where))
        {
            return;
        }

        int next = 0;
        for (int i = 0; i < addresses.Length; i++)
        {
            if (results[i] == MoveResult.Busy && where[next++] == targetNode)
            {
                results[i] = MoveResult.Moved;
            }
        }
    }
}
