using System.Globalization;
using System.Text;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Guests;

/// <summary>
/// A channel between a QEMU process and its guest: a port of virtio-serial that the guest finds by its name below
/// /dev/virtio-ports, and a Unix socket at which QEMU listens for whoever speaks through it
/// (qemu-system-x86_64(1): -device virtserialport, -chardev socket).
/// </summary>
/// <param name="SocketPath">Path of the socket, as the process that listens would name it; empty when only a descriptor is known.</param>
/// <param name="Descriptor">Number of the listening descriptor that QEMU was started with, as libvirt does; null when QEMU made
/// the socket by its path.</param>
public sealed record QemuChannel(string SocketPath, int? Descriptor)
{
    /// <summary>The longest path of a Unix socket, in bytes, without the 0 at its end (unix(7)).</summary>
    private const int MaxPathBytes = 107;

    /// <summary>Finds the channel of a port's name in QEMU's command line, the program first; null when there is none.</summary>
    public static QemuChannel? Find(IReadOnlyList<string> arguments, string port)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        Dictionary<string, Dictionary<string, string>> sockets = new(StringComparer.Ordinal);
        string? id = null;
        for (int i = 1; i + 1 < arguments.Count; i++)
        {
            string name = arguments[i].StartsWith("--", StringComparison.Ordinal) ? arguments[i][1..] : arguments[i];
            if (name is not ("-chardev" or "-device"))
            {
                continue;
            }

            Dictionary<string, string> words = QemuWords.Of(arguments[i + 1]);
            if (
                name == "-chardev"
                    && (words.GetValueOrDefault("backend") ?? words.GetValueOrDefault("")) == "socket"
                    && words.GetValueOrDefault("id") is { } socket)
            {
                sockets[socket] = words;
            }
            else if (
                name == "-device"
                    && (words.GetValueOrDefault("driver") ?? words.GetValueOrDefault("")) == "virtserialport"
                    && words.GetValueOrDefault("name") == port)
            {
                id = words.GetValueOrDefault("chardev");
            }
        }

        if (id is null || sockets.GetValueOrDefault(id) is not { } found)
        {
            return null;
        }

        int? descriptor = int.TryParse(found.GetValueOrDefault("fd"), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : null;
        string path = found.GetValueOrDefault("path") ?? "";
        return descriptor is null && path.Length == 0 ? null : new QemuChannel(path, descriptor);
    }

    /// <summary>Finds it in a process that runs; null when it is no QEMU, is gone, or has no such channel.</summary>
    public static QemuChannel? Of(int pid, string port, string root = "/", BoundedCalls? calls = null)
    {
        string[] arguments = ProcessCommandLine.WordsOf(new FileTree(root), pid, calls);
        return arguments.Length > 0 && QemuArguments.IsQemu(arguments[0]) ? Find(arguments, port) : null;
    }

    /// <summary>
    /// The socket's path, as the process that listens names it: beneath its own root, which may have other mounts
    /// (<see cref="Interop.ProcessRoot"/>); null when the socket has no name or too long a one. Who listens there is to be asked for after
    /// connecting: a command line can say anything.
    /// </summary>
    public string? PathFor(int pid, string root = "/")
    {
        string? path = Descriptor is { } descriptor ? PathOfDescriptor(pid, descriptor, root) : SocketPath;
        return !string.IsNullOrEmpty(path) && path[0] != '@' && Encoding.UTF8.GetByteCount(path) <= MaxPathBytes ? path : null;
    }

    // The descriptor leads to the socket's number, and that to its line: "Num RefCount Protocol Flags Type St Inode Path"
    // (proc_pid_net(5)).
    private static string? PathOfDescriptor(int pid, int descriptor, string root)
    {
        FileTree tree = new(root);
        string? target;
        try
        {
            target = new FileInfo(tree.PathOf($"proc/{pid}/fd/{descriptor}")).LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        const string Socket = "socket:[";
        if (target is null || !target.StartsWith(Socket, StringComparison.Ordinal))
        {
            return null;
        }

        byte[] inode = Encoding.ASCII.GetBytes(target[Socket.Length..].TrimEnd(']'));
        ReadOnlySpan<byte> text = tree.Read($"proc/{pid}/net/unix");
        while (KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
        {
            for (int field = 0; field < 6; field++)
            {
                KernelText.TakeWord(ref line);
            }

            if (KernelText.TakeWord(ref line).SequenceEqual(inode))
            {
                return Encoding.UTF8.GetString(line.TrimStart((byte)' '));
            }
        }

        return null;
    }
}
