using System.Text;
using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Linux.Mappings;

/// <summary>
/// The areas of one process that have shares of their own, numbered as they are met. Asked in every scan: what is known is found
/// without allocating.
/// Areas beyond <see cref="FastArea.Most"/> have no number: their pages are placed by heat like the rest.
/// </summary>
internal sealed class AreaNumbers
{
    private readonly List<FastArea> _areas = [];

    // Texts of names that ask for a share, and their areas: null for one that is none.
    private readonly List<(byte[] Text, FastArea? Area)> _hints = [];

    /// <summary>The areas; the first has number 1.</summary>
    public IReadOnlyList<FastArea> All => _areas;

    /// <summary>Forgets all: other rules hold.</summary>
    public void Clear()
    {
        _areas.Clear();
        _hints.Clear();
    }

    /// <summary>An area's number, from 1; 0 when there are too many.</summary>
    public int NumberOf(FastArea area)
    {
        for (int i = 0; i < _areas.Count; i++)
        {
            if (_areas[i] == area)
            {
                return i + 1;
            }
        }

        if (_areas.Count == FastArea.Most)
        {
            return 0;
        }

        _areas.Add(area);
        return _areas.Count;
    }

    /// <summary>The number of the area that all mappings are of whose names ask for this share; 0 when it is no share.</summary>
    public int NumberOfHint(ReadOnlySpan<byte> text)
    {
        foreach ((byte[] known, FastArea? area) in _hints)
        {
            if (text.SequenceEqual(known))
            {
                return area is null ? 0 : NumberOf(area);
            }
        }

        // As many as there can be areas, and as many again that are none: a program cannot make this grow.
        if (text.IsEmpty || _hints.Count == 2 * FastArea.Most)
        {
            return 0;
        }

        string share = Encoding.ASCII.GetString(text);
        FastArea? parsed = FastShare.TryParse(share, out FastShare fast, out _) && !fast.IsAuto
            ? new FastArea($"terrace:fast={share}", fast)
            : null;
        _hints.Add((text.ToArray(), parsed));
        return parsed is null ? 0 : NumberOf(parsed);
    }
}
