using Terrace.Linux.Nodes;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>Who else reads and clears accessed bits.</summary>
internal sealed class AccessReadersCheck : IHostCheck
{
    public CheckResult Look(DoctorHost host)
    {
        IReadOnlyList<AccessReader> readers = AccessReaders.Read(host.Files);
        IReadOnlyList<int> users = host.HasIdleBitmap && host.Probes.IsRoot
            ? AccessReaders.IdleBitmapUsers(host.Files, Environment.ProcessId)
            : [];
        IReadOnlyList<string> hidden = AccessReaders.Unreadable(host.Files);
        bool isHidden = hidden.Count > 0 || (host.HasIdleBitmap && !host.Probes.IsRoot);
        List<string> found = [.. readers.Select(reader => reader.ToString())];
        if (users.Count > 0)
        {
            found.Add($"{(users.Count == 1 ? "process" : "processes")} {string.Join(", ", users.Take(MostNamed))} "
                + $"{(users.Count > MostNamed ? "and more " : "")}use{(users.Count == 1 ? "s" : "")} the idle bitmap");
        }

        return new CheckResult
        {
            Group = CheckGroups.Kernel,
            Name = "accessed bits",
            State = found.Count > 0 || isHidden ? CheckState.Degraded : CheckState.Works,
            NeededFor = "heat as it is: what somebody else clears between two looks is missed, by both",
            Detail = found.Count > 0 ? string.Join("; ", found)
                : isHidden ? host.Probes.IsRoot ? $"whether somebody else clears them is not known: {hidden[0]} cannot be read"
                    : "whether somebody else clears them cannot be seen without root"
                : $"nobody else clears them{WhenMemoryIsShort(host)}",
            Fix = found.Count == 0 ? !isHidden ? null : host.Probes.IsRoot ? "see whether DAMON runs: damo status" : "sudo terrace doctor"
                : readers.FirstOrDefault(reader => reader.Knob is not null) is { } ours ? $"sudo terrace kernel --set {ours.Knob}=off"
                : readers.Count > 0 ? $"who started it ends it, if Terrace is to manage the same memory: {readers[0].File}"
                : "end that program while Terrace manages the same memory",
        };
    }

    private const int MostNamed = 3;

    // Bit 1: aging walks page tables and clears (Documentation/admin-guide/mm/multigen_lru.rst).
    private static string WhenMemoryIsShort(DoctorHost host) =>
        host.Settings.Read(host.Settings.Find("lru_gen")!).Value is { } mask && mask is not ("0x0000" or "0x0001")
            ? ", except the kernel's LRU generations when memory is short"
            : "";
}
