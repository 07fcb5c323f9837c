namespace Terrace.Simulation.Machine;

/// <content>Pages in common because they are equal.</content>
public sealed partial class SimulatedProcess
{
    /// <summary>
    /// Merges a page with an equal one, of another process or of this one, as KSM does (Documentation/admin-guide/mm/ksm.rst): the
    /// other's frame is left. To trackers it is the other's, and what anyone accesses of it shows there, until the other writes or
    /// frees it, or ends; then it is the next one's. Huge pages and folios are split.
    /// </summary>
    public void Merge(SimulatedMapping mapping, int page, SimulatedProcess other, SimulatedMapping otherMapping, int otherPage)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        ArgumentNullException.ThrowIfNull(other);
        ArgumentNullException.ThrowIfNull(otherMapping);
        EnsureRunning();
        MergedPage merged = otherMapping.MergedAt(otherPage) ?? new MergedPage();
        if ((mapping == otherMapping && page == otherPage) || (merged.IsNew && !otherMapping.IsPresent(otherPage)))
        {
            throw new ArgumentException("There are no two pages to merge.", nameof(otherPage));
        }

        if (merged == mapping.MergedAt(page))
        {
            return;
        }

        merged.Join(other, otherMapping, otherPage);
        Free(mapping, page);
        merged.Join(this, mapping, page);
    }

    /// <summary>
    /// Reads a page in common where its owner has it; the owner's place of it, or -1 when it is not one.
    /// </summary>
    private int ReadInCommon(SimulatedMapping mapping, int page)
    {
        if (mapping.IsPresent(page) || mapping.InCommon(page) is not { } common)
        {
            return -1;
        }

        ref byte state = ref common.Mapping.States[common.Page];
        state |= PageState.Accessed;
        int place = state & PageState.NodeMask;
        _accesses[place]++;
        return place;
    }

    /// <summary>The page is in common no more: who owned it leaves the frame to the next one, and has no page then.</summary>
    private static void LeaveMerged(SimulatedMapping mapping, int page) => mapping.MergedAt(page)?.Leave(mapping, page);

    /// <summary>Pages of processes that lie in one frame: the first's has it, and the others' are not present by themselves.</summary>
    internal sealed class MergedPage
    {
        private readonly List<(SimulatedProcess Process, SimulatedMapping Mapping, int Page)> _users = [];

        public bool IsNew => _users.Count == 0;

        public (SimulatedMapping Mapping, int Page) Owner => (_users[0].Mapping, _users[0].Page);

        public void Join(SimulatedProcess process, SimulatedMapping mapping, int page)
        {
            if (mapping.MergedAt(page) != this)
            {
                mapping.Split(page);
                mapping.SetMerged(page, this);
                _users.Add((process, mapping, page));
            }
        }

        public void Leave(SimulatedMapping mapping, int page)
        {
            int index = _users.FindIndex(user => user.Mapping == mapping && user.Page == page);
            SimulatedProcess process = _users[index].Process;
            _users.RemoveAt(index);
            mapping.SetMerged(page, null);
            if (index == 0 && _users.Count > 0)
            {
                (SimulatedProcess next, SimulatedMapping nextMapping, int nextPage) = _users[0];
                ref byte state = ref mapping.States[page];
                nextMapping.States[nextPage] = state;
                process._pagesOnNode[state & PageState.NodeMask]--;
                next._pagesOnNode[state & PageState.NodeMask]++;
                state = PageState.NotPresent;
            }

            if (_users.Count == 1)
            {
                _users[0].Mapping.SetMerged(_users[0].Page, null);
            }
        }
    }
}
