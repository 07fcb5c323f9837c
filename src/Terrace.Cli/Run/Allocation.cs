namespace Terrace.Cli.Run;

/// <summary>Where the new pages of a command come from.</summary>
internal enum Allocation
{
    /// <summary>From where Terrace's own come: its memory policy is inherited.</summary>
    Inherited,

    /// <summary>From fast and slow nodes in turn, at the ratio that was asked for.</summary>
    Interleave,

    /// <summary>From fast nodes as long as they have room.</summary>
    Preferred,

    /// <summary>As the kernel gives them without a policy.</summary>
    Local,
}
