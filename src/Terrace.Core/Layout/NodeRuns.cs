namespace Terrace.Core.Layout;

/// <summary>The runs of pages that are on one node, ascending, of pages that were located: what <c>foreach</c> takes.</summary>
/// <param name="first">Number of the first page.</param>
/// <param name="nodes">The node of each page from there on, -1 for one that is not in memory, which is in no run.</param>
public readonly ref struct NodeRuns(ulong first, ReadOnlySpan<int> nodes)
{
    private readonly ReadOnlySpan<int> _nodes = nodes;

    /// <summary>Goes through them; allocates nothing.</summary>
    public Enumerator GetEnumerator() => new(first, _nodes);

    /// <summary>Where a pass through them is.</summary>
    public ref struct Enumerator
    {
        private readonly ulong _first;
        private readonly ReadOnlySpan<int> _nodes;
        private int _next;

        internal Enumerator(ulong first, ReadOnlySpan<int> nodes)
        {
            _first = first;
            _nodes = nodes;
        }

        /// <summary>The run.</summary>
        public FrameRange Current { get; private set; }

        /// <summary>Advances to the next run; false after the last.</summary>
        public bool MoveNext()
        {
            while (_next < _nodes.Length)
            {
                int start = _next;
                int node = _nodes[start];
                int length = _nodes[start..].IndexOfAnyExcept(node);
                _next = length < 0 ? _nodes.Length : start + length;
                if (node >= 0)
                {
                    Current = new FrameRange(_first + (ulong)start, _first + (ulong)_next, node);
                    return true;
                }
            }

            return false;
        }
    }
}
