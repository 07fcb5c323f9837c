namespace Terrace.Simulation.Frames;

/// <summary>Who has a page frame.</summary>
internal enum FrameOwner : byte
{
    /// <summary>A buddy allocator.</summary>
    Node,

    /// <summary>A CPU's list of free frames.</summary>
    Cpu,

    /// <summary>Whoever allocated it.</summary>
    User,

    /// <summary>Firmware or the kernel itself, for ever.</summary>
    Reserved,
}
