using Terrace.Lab.Specification;

namespace Terrace.Lab;

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
    public static LabOptions Parse(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var options = new LabOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--")
            {
                var command = arguments.Skip(i + 1).ToArray();
                return command.Length > 0 ? options with { Command = command } : throw LabException.Usage("there is no command after --", "leave -- out for a shell");
            }

            var (name, inline) = Split(arguments[i]);
            string Value() => inline ?? (++i < arguments.Count && arguments[i] != "--" ? arguments[i] : throw LabException.Usage($"{name} lacks its value", "see ./lab --help"));
            options = Apply(options, name, inline, Value);
        }

        return options;
    }

    private static LabOptions Apply(LabOptions options, string name, string? inline, Func<string> value)
    {
        var spec = options.Spec;
        return name switch
        {
            "--help" or "-h" => Flag(options with { Help = true }),
            "--prepare" => Flag(options with { Prepare = true }),
            "--verbose" or "-v" => Flag(options with { Verbose = true }),
            "--la57" => Flag(options with { Spec = spec with { FiveLevelPaging = true } }),
            "--nested" => Flag(options with { Spec = spec with { Nested = true } }),
            "--nodes" => options with { Spec = spec with { Nodes = NodeSpec.ParseList(value()) } },
            "--kernel" => options with { Spec = spec with { Kernel = value() } },
            "--cpus" => options with { Spec = spec with { Cpus = Cpus(value()) } },
            "--pmem" => options with { Spec = spec with { PmemBytes = Pmem(value()) } },
            "--append" => options with { Spec = spec with { Append = $"{spec.Append} {value()}".Trim() } },
            "--program" => options with { Spec = spec with { Programs = [.. spec.Programs, value()] } },
            "--qemu" => options with { Spec = spec with { QemuArguments = [.. spec.QemuArguments, .. value().Split(' ', StringSplitOptions.RemoveEmptyEntries)] } },
            "--put" => options with { Puts = [.. options.Puts, Pair(name, value())] },
            "--get" => options with { Gets = [.. options.Gets, Pair(name, value())] },
            "--timeout" => options with { Timeout = Duration(name, value()) },
            "--boot-timeout" => options with { Spec = spec with { BootTimeout = Duration(name, value()) } },
            _ => throw LabException.Usage($"option '{name}' is unknown", "see ./lab --help; a command comes after --"),
        };

        LabOptions Flag(LabOptions changed) => inline is null ? changed : throw LabException.Usage($"{name} takes no value", "see ./lab --help");
    }

    private static (string Name, string? Value) Split(string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return argument.StartsWith("--", StringComparison.Ordinal) && equals > 0 ? (argument[..equals], argument[(equals + 1)..]) : (argument, null);
    }

    private static int Cpus(string text) =>
        int.TryParse(text, out var cpus) && cpus is >= 1 and <= 64 ? cpus : throw LabException.Usage($"--cpus '{text}' is not 1 to 64");

    private static long Pmem(string text) =>
        Units.TryParseBytes(text, out var bytes) && bytes % NodeSpec.MemoryBlockBytes == 0
            ? bytes
            : throw LabException.Usage($"--pmem '{text}' is not a multiple of 128M", "write it as 512M or 1G");

    private static TimeSpan Duration(string name, string text) =>
        Units.TryParseDuration(text, out var duration) ? duration : throw LabException.Usage($"{name} '{text}' is no duration", "write it as 90s or 2m");

    private static (string First, string Second) Pair(string name, string text)
    {
        var parts = text.Split(':', 2);
        return parts is [{ Length: > 0 }, { Length: > 0 }]
            ? (parts[0], parts[1])
            : throw LabException.Usage($"{name} '{text}' has not two paths", name == "--put" ? "write HOSTPATH:GUESTPATH" : "write GUESTPATH:HOSTFOLDER");
    }
}
