namespace Terrace.Linux.Mappings;

/// <summary>
/// Managed processes with one <see cref="ForkOrigin"/>. What they map privately may be the same pages, at the same addresses, until
/// one of them writes.
/// </summary>
internal sealed class ForkFamily(ForkOrigin origin, FrameComparison comparison)
{
    private readonly List<ForkMember> _members = [];
    private readonly Dictionary<int, ForkMember> _byPid = [];

    public ForkOrigin Origin { get; } = origin;

    /// <summary>Compares members' pages.</summary>
    public FrameComparison Comparison { get; } = comparison;

    /// <summary>How many members it has.</summary>
    public int Count => _members.Count;

    /// <summary>Memory that is kept about it, bytes.</summary>
    public long Bytes => _members.Count < 2 ? 0 : _members.Sum(member => member.Bytes);

    /// <summary>Adds a member.</summary>
    public void Join(ForkMember member)
    {
        _members.Insert(~_members.BinarySearch(member), member);
        _byPid[member.Rank.Pid] = member;
    }

    /// <summary>Takes a member out; one that is left alone keeps nothing.</summary>
    public void Leave(ForkMember member)
    {
        int at = _members.BinarySearch(member);
        if (at < 0)
        {
            return;
        }

        _members.RemoveAt(at);
        _byPid.Remove(member.Rank.Pid);
        member.Forget();
        if (_members.Count == 1)
        {
            _members[0].Forget();
        }
    }

    /// <summary>
    /// Whose pages a member's may be: the most senior member, whose pages most of a family have, and the member's parent. Others that
    /// have a page in common, which neither of these has, are not looked for: that would take time by the square of the family's size.
    /// </summary>
    public (ForkMember? Eldest, ForkMember? Parent) SeniorsOf(ForkMember member)
    {
        ForkMember eldest = _members[0];
        ForkMember? parent = _byPid.GetValueOrDefault(member.Parent);
        return eldest == member ? (null, null) : (eldest, parent == eldest || parent?.CompareTo(member) >= 0 ? null : parent);
    }
}
