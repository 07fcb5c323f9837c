namespace Terrace.Linux.Mappings;

/// <summary>Families of managed processes that share private memory since fork(2). For one thread.</summary>
internal sealed class ForkFamilies
{
    private readonly Dictionary<ForkOrigin, ForkFamily> _families = [];
    private readonly FrameComparison _comparison = new();

    /// <summary>How many there are, those of a single process included.</summary>
    public int Count => _families.Count;

    /// <summary>Memory that is kept about what they share, bytes.</summary>
    public long Bytes => _families.Values.Sum(family => family.Bytes);

    /// <summary>Adds a process to its family.</summary>
    public ForkMember Join(ForkOrigin origin, ForkRank rank, int parent, IFrameLookup frames, IManagedRanges ranges)
    {
        if (!_families.TryGetValue(origin, out ForkFamily? family))
        {
            family = new ForkFamily(origin, _comparison);
            _families.Add(origin, family);
        }

        ForkMember member = new(family, rank, parent, frames, ranges);
        family.Join(member);
        return member;
    }

    /// <summary>Takes it out.</summary>
    public void Leave(ForkMember member)
    {
        member.Family.Leave(member);
        if (member.Family.Count == 0)
        {
            _families.Remove(member.Family.Origin);
        }
    }
}
