namespace Terrace.Core.Tiering;

/// <summary>
/// Pages that were left where they were although they were hot enough, or chosen, to move; in one round, or counted again in each of
/// many.
/// </summary>
public readonly record struct HeldBackPages
{
    /// <summary>Hot enough to go up, but resting because they had just moved: a sign of ping-pong.</summary>
    public long Resting { get; init; }

    /// <summary>Hotter than a page in fast memory, but not by enough to pay for the exchange.</summary>
    public long NotWorth { get; init; }

    /// <summary>Chosen to move and held back for <see cref="RoundReport.BackOff"/>.</summary>
    public long Pressure { get; init; }

    /// <summary>Chosen to move, and no node that they may go to had room.</summary>
    public long NoRoom { get; init; }

    /// <summary>The pages of both.</summary>
    public static HeldBackPages operator +(HeldBackPages left, HeldBackPages right) => new()
    {
        Resting = left.Resting + right.Resting,
        NotWorth = left.NotWorth + right.NotWorth,
        Pressure = left.Pressure + right.Pressure,
        NoRoom = left.NoRoom + right.NoRoom,
    };
}
