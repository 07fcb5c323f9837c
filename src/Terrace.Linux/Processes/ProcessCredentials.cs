using System.Globalization;
using Terrace.Linux.Files;

namespace Terrace.Linux.Processes;

/// <summary>The users, groups and capabilities that a process runs with, from /proc/PID/status (proc_pid_status(5)).</summary>
public readonly record struct ProcessCredentials
{
    /// <summary>Its user, when its real, effective, saved and file system user are the same; else null.</summary>
    public uint? OneUserId { get; init; }

    /// <summary>Its group, when all four are the same; else null.</summary>
    public uint? OneGroupId { get; init; }

    /// <summary>The capabilities that it may use (CapPrm), a bit for each.</summary>
    public ulong Permitted { get; init; }

    /// <summary>Of a process; null when it has ended. Never waits for the process.</summary>
    public static ProcessCredentials? Of(int pid) => Parse(FileTree.OfHost.Read($"proc/{pid}/status"));

    /// <summary>Reads the text of the file; null when a line is missing or cannot be read.</summary>
    public static ProcessCredentials? Parse(ReadOnlySpan<byte> text)
    {
        (uint?[]? users, uint?[]? groups, ulong? permitted) = (null, null, null);
        while (KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (line.StartsWith("Uid:"u8))
            {
                users = Four(line[4..]);
            }
            else if (line.StartsWith("Gid:"u8))
            {
                groups = Four(line[4..]);
            }
            else if (line.StartsWith("CapPrm:"u8) && KernelText.TryHex(line[7..], out ulong bits))
            {
                permitted = bits;
            }
        }

        return users is not null && groups is not null && permitted is { } capabilities
            ? new ProcessCredentials { OneUserId = One(users), OneGroupId = One(groups), Permitted = capabilities }
            : null;
    }

    private static uint? One(uint?[] numbers) => numbers.Distinct().Count() == 1 ? numbers[0] : null;

    // Real, effective, saved and of the file system.
    private static uint?[]? Four(ReadOnlySpan<byte> line)
    {
        uint?[] numbers = new uint?[4];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!uint.TryParse(KernelText.TakeWord(ref line), NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
            {
                return null;
            }

            numbers[i] = number;
        }

        return numbers;
    }
}
