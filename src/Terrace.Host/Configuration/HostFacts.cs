using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;

namespace Terrace.Host.Configuration;

/// <summary>What a host has now of what rules name: programs, control groups and users. What cannot be known may be there.</summary>
/// <param name="root">Where control groups and users are looked for: <c>/</c>, or a tree in tests. Programs are where they say.</param>
internal sealed class HostFacts(string root)
{
    // Octal 111.
    private const uint AnyMayExecute = 0b001_001_001;

    private readonly Lazy<Dictionary<string, string>> _users = new(() => UsersIn(Path.Combine(root, "etc/passwd")));

    // Of version 2, or on hosts with v1 of each hierarchy: a container may be in groups of some of them only.
    private readonly string[] _groups = [.. Hierarchies(Path.Combine(root, "sys/fs/cgroup"))];

    /// <summary>True when it is known that there is nothing at a path.</summary>
    public static bool IsNothingAt(string path) => FileStatus.TryRead(path, out _) == Errno.ENOENT;

    /// <summary>True when there is a folder at a path.</summary>
    public static bool IsFolder(string path) => FileStatus.TryRead(path, out FileStatus status) == 0 && status.Kind == FileKind.Folder;

    /// <summary>True for a file that execve(2) refuses to root too: not one of its bits of mode says that it may be executed.</summary>
    public static bool IsNoProgram(string path) =>
        FileStatus.TryRead(path, out FileStatus status) == 0 && status.Kind == FileKind.File && (status.Mode & AnyMayExecute) == 0;

    /// <summary>The program that runs a script, as its first line names it (execve(2)); null for what is no script.</summary>
    public static string? InterpreterOf(string path)
    {
        const int LongestLine = 256;
        try
        {
            if (FileStatus.TryRead(path, out FileStatus status) != 0 || status.Kind != FileKind.File)
            {
                return null;
            }

            if (PlainFile.TryOpenToRead(path, out SafeFileHandle? opened) != 0)
            {
                return null;
            }

            using FileStream file = new(opened!, FileAccess.Read, bufferSize: 1);
            Span<byte> start = stackalloc byte[LongestLine];
            start = start[..file.Read(start)];
            if (!start.StartsWith("#!"u8))
            {
                return null;
            }

            string line = System.Text.Encoding.UTF8.GetString(start[2..]).Split('\n', 2)[0].Trim();
            return line.Length > 0 ? line.Split(' ')[0] : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>True when it is known that there is no such control group.</summary>
    public bool HasNoGroup(string path) =>
        _groups.Length > 0 && _groups.All(folder => IsNothingAt(Path.Combine(folder, path.TrimStart('/'))));

    /// <summary>True when it is known that no container of LXC or systemd-nspawn of that name runs.</summary>
    public bool HasNoMachine(string name) => new[]
    {
        $"/lxc.payload.{name}", $"/lxc.payload/{name}", $"/lxc/{name}", $"/machine.slice/systemd-nspawn@{name}.service",
        $"/machine.slice/machine-{name}.scope",
    }.All(HasNoGroup);

    /// <summary>True when it is known that the host has no folder that tells names of pods.</summary>
    public bool HasNoPods => IsNothingAt(Path.Combine(root, "var/log/pods"));

    /// <summary>True when it is known that there is no user of that name.</summary>
    public bool HasNoUser(string name) => _users.Value.Count > 0 && !_users.Value.ContainsKey(name) && !name.All(char.IsAsciiDigit);

    /// <summary>A user by name or number, as a process has it; null when the number is not known.</summary>
    public ProcessIdentity? UserOf(string nameOrNumber) =>
        uint.TryParse(nameOrNumber, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? new ProcessIdentity
            {
                UserId = nameOrNumber,
                UserName = _users.Value.FirstOrDefault(user => user.Value == nameOrNumber).Key,
            }
            : _users.Value.TryGetValue(nameOrNumber, out string? number)
                ? new ProcessIdentity { UserId = number, UserName = nameOrNumber }
                : null;

    private static IEnumerable<string> Hierarchies(string folder) =>
        IsHierarchy(folder) ? [folder]
        : Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Where(IsHierarchy)
        : [];

    private static bool IsHierarchy(string folder) => File.Exists(Path.Combine(folder, "cgroup.procs"));

    private static Dictionary<string, string> UsersIn(string passwd)
    {
        Dictionary<string, string> users = new(StringComparer.Ordinal);
        if (SmallFile.TryRead(passwd, FileTree.MostBytes, out byte[]? text) != 0)
        {
            return users;
        }

        foreach (string[] fields in Encoding.UTF8.GetString(text!).Split('\n').Select(line => line.Split(':')).Where(
            fields => fields.Length > 2))
        {
            users.TryAdd(fields[0], fields[2]);
        }

        return users;
    }
}
