using Terrace.Lab.Specification;

namespace Terrace.Lab.CommandLine;

/// <summary>What the user asked for on the command line of <c>./lab</c>.</summary>
public sealed record LabOptions
{
    /// <summary>The machine.</summary>
    public LabSpec Spec { get; init; } = new();

    /// <summary>The command and its arguments; empty for an interactive shell.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Files to copy into the machine before the command runs.</summary>
    public IReadOnlyList<(string HostPath, string GuestPath)> Puts { get; init; } = [];

    /// <summary>Files to bring back after it.</summary>
    public IReadOnlyList<(string GuestPath, string HostFolder)> Gets { get; init; } = [];

    /// <summary>The longest that the command may take; no limit for an interactive shell.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Only fetch the kernel.</summary>
    public bool Prepare { get; init; }

    /// <summary>Print the usage.</summary>
    public bool Help { get; init; }

    /// <summary>Say what happens.</summary>
    public bool Verbose { get; init; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="LabException">With <see cref="LabExitCode.Usage"/>.</exception>
    public static LabOptions Parse(IReadOnlyList<string> arguments) => new LabCommandLine().Parse(arguments);
}
