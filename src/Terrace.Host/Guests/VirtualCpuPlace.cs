namespace Terrace.Host.Guests;

/// <summary>Where one of a guest's CPUs may run.</summary>
internal sealed record VirtualCpuPlace
{
    /// <summary>QEMU's number of it, which is the guest's own unless its firmware orders them otherwise.</summary>
    public int Cpu { get; init; }

    /// <summary>The host's nodes whose CPUs it may run on.</summary>
    public IReadOnlyList<int> Nodes { get; init; } = [];
}
