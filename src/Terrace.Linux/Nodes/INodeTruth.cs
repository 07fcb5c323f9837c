using Terrace.Core.Layout;

namespace Terrace.Linux.Nodes;

/// <summary>What is known of a machine's nodes in addition to what its kernel says: in a guest, where its host keeps them.</summary>
public interface INodeTruth
{
    /// <summary>
    /// True when what is known may be another than at the last call of <see cref="HostTiersOf"/>. Called often; mostly it does
    /// nothing.
    /// </summary>
    bool HasChanged();

    /// <summary>The host's tier that each node's memory is mostly in, by node; null when that is not known now.</summary>
    IReadOnlyDictionary<int, int>? HostTiersOf(FrameMap frames);
}
