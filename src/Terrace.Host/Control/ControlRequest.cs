namespace Terrace.Host.Control;

/// <summary>One line that a client sends to the daemon. What a command does not need is left out.</summary>
internal sealed record ControlRequest
{
    /// <summary>The only version of the protocol so far.</summary>
    public const int ProtocolVersion = 1;

    public int Version { get; init; }

    /// <summary>One of <see cref="ControlCommand"/>.</summary>
    public string Command { get; init; } = "";

    /// <summary>A group's name or a process's number.</summary>
    public string? Target { get; init; }

    /// <summary>A share as the command line writes it, or <c>rule</c> to give the group back to its rule.</summary>
    public string? Fast { get; init; }

    /// <summary>The share is to hold after a restart too.</summary>
    public bool Persist { get; init; }

    /// <summary>Only say what would change (<c>reload</c>).</summary>
    public bool DryRun { get; init; }

    /// <summary>An address of the target's, as 0x and hexadecimal digits.</summary>
    public string? Address { get; init; }

    /// <summary>Addresses of the process that asks, both ends as 0x and hexadecimal digits with a hyphen between them.</summary>
    public string? Range { get; init; }

    /// <summary>
    /// What the process says of these addresses: <c>hot</c>, <c>pin</c>, <c>cold</c>, <c>ignore</c>, or <c>none</c> to take back
    /// what it said.
    /// </summary>
    public string? Advice { get; init; }
}
