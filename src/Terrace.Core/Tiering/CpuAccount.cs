namespace Terrace.Core.Tiering;

/// <summary>What is saved up of processor time for a user's processes, or for one process.</summary>
/// <param name="user">The user; null for one process's.</param>
internal sealed class CpuAccount(uint? user)
{
    /// <summary>The user.</summary>
    public uint? User { get; } = user;

    /// <summary>Processes whose time is charged to it.</summary>
    public int Processes { get; set; }

    /// <summary>Seconds; below zero when more was taken.</summary>
    public double SavedSeconds { get; set; }
}
