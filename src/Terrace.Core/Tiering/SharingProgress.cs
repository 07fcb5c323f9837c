namespace Terrace.Core.Tiering;

/// <summary>How far one target's sharing of heat has come (see <see cref="HeatSharing"/>).</summary>
internal sealed class SharingProgress
{
    /// <summary>Hot pages are being reported; otherwise cold ones.</summary>
    public bool IsHot { get; set; }

    /// <summary>Chunk at which the next round continues with hot pages, like the hand of a clock.</summary>
    public ulong HotHand { get; set; }

    /// <summary>The same for cold pages.</summary>
    public ulong ColdHand { get; set; }

    /// <summary>Chunks that this round has not come to yet.</summary>
    public int ChunksLeft { get; set; }

    /// <summary>Time that is left for what is being reported.</summary>
    public TimeSpan TimeLeft { get; set; }
}
