using System.Globalization;
using Terrace.Linux.Processes;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>
/// How many files a program that is started from here may have open (RLIMIT_NOFILE, proc_pid_limits(5)), and so how many processes a
/// daemon can manage: it raises the limit to the hard one.
/// </summary>
internal sealed class OpenFilesCheck : IHostCheck
{
    /// <summary>About what a daemon has open in addition to its processes.</summary>
    private const int Others = 100;

    public CheckResult Look(DoctorHost host)
    {
        int? limit = HardLimit(host.Files.ReadText("proc/self/limits"));
        int processes = limit is { } files ? new DescriptorReserve(files).ProcessesWith(Others) : 0;
        int now = host.Files.Numbered("proc", "").Count;
        bool fits = limit is null || processes >= now;
        return new CheckResult
        {
            Group = CheckGroups.Optional,
            Name = "open files",
            State = fits ? CheckState.Works : CheckState.Degraded,
            NeededFor = "managing many processes: each takes two",
            Detail = limit is null
                ? "/proc/self/limits does not show how many may be open"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{limit:n0} may be open from here: enough for {processes:n0} processes; this host has {now:n0} now"),
            Fix = fits ? null : "set LimitNOFILE= of the service (the package's has 262144), or ulimit -n before terrace daemon",
        };
    }

    // "Max open files            1024                 524288               files"
    private static int? HardLimit(string? limits)
    {
        const string Name = "Max open files";
        string? line = limits?.Split('\n').FirstOrDefault(text => text.StartsWith(Name, StringComparison.Ordinal));
        string[] words = line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return words.Length < 2 ? null
            : words[1] == "unlimited" ? int.MaxValue
            : int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int limit) ? limit
            : null;
    }
}
