namespace Terrace.Core.Tiering;

/// <summary>What is saved up of processor time for a user's processes, or for one process.</summary>
/// <param name="user">The user; null for one process's.</param>
internal sealed class CpuAccount(uint? user)
{
    private long _turn;

    /// <summary>The user.</summary>
    public uint? User { get; } = user;

    /// <summary>Processes whose time is charged to it.</summary>
    public int Processes { get; set; }

    /// <summary>Time that its processes have had in the turn that <see cref="HadTurn"/> was asked of.</summary>
    public TimeSpan Turn { get; set; }

    /// <summary>True when its processes have had their time in a turn.</summary>
    public bool HadTurn(long turn, TimeSpan most)
    {
        if (_turn != turn)
        {
            (_turn, Turn) = (turn, TimeSpan.Zero);
        }

        return Turn >= most;
    }

    /// <summary>Seconds; below zero when more was taken.</summary>
    public double SavedSeconds { get; set; }
}
