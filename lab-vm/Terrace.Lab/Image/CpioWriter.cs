using System.Text;

namespace Terrace.Lab.Image;

/// <summary>
/// Writes the "newc" cpio format that the kernel unpacks as its first root
/// (Documentation/driver-api/early-userspace/buffer-format.rst).
/// </summary>
public sealed class CpioWriter(Stream destination)
{
    private const int Directory = 0x4000;
    private const int Regular = 0x8000;
    private const int SymbolicLink = 0xa000;

    private readonly HashSet<string> written = new(StringComparer.Ordinal);
    private uint inode = 1;

    /// <summary>Adds a folder and those above it.</summary>
    /// <param name="path">Absolute path in the guest.</param>
    public void AddFolder(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var name = path.Trim('/');
        if (name.Length == 0 || !written.Add(name))
        {
            return;
        }

        AddFolder(Path.GetDirectoryName("/" + name)!);
        Write(name, Directory | 0x1ed, []);
    }

    /// <summary>Adds a file; the first of two with the same path stays.</summary>
    public void AddFile(string path, ReadOnlySpan<byte> content, bool executable = false)
    {
        if (Claim(path) is { } name)
        {
            Write(name, Regular | (executable ? 0x1ed : 0x1a4), content);
        }
    }

    /// <summary>Adds a symbolic link.</summary>
    public void AddLink(string path, string target)
    {
        if (Claim(path) is { } name)
        {
            Write(name, SymbolicLink | 0x1ff, Encoding.UTF8.GetBytes(target));
        }
    }

    /// <summary>Ends the archive.</summary>
    public void Finish() => Write("TRAILER!!!", 0, []);

    private string? Claim(string path)
    {
        AddFolder(Path.GetDirectoryName(path)!);
        var name = path.Trim('/');
        return written.Add(name) ? name : null;
    }

    private void Write(string name, int mode, ReadOnlySpan<byte> content)
    {
        var nameBytes = Encoding.UTF8.GetBytes(name + "\0");

        // c_magic, then 13 fields of 8 hex digits: ino, mode, uid, gid, nlink, mtime, filesize, devmajor, devminor, rdevmajor,
        // rdevminor, namesize, check.
        var header = $"070701{inode++:x8}{mode:x8}{0:x8}{0:x8}{1:x8}{0:x8}"
            + $"{content.Length:x8}{0:x8}{0:x8}{0:x8}{0:x8}{nameBytes.Length:x8}{0:x8}";
        destination.Write(Encoding.ASCII.GetBytes(header));
        destination.Write(nameBytes);
        Pad(header.Length + nameBytes.Length);
        destination.Write(content);
        Pad(content.Length);
    }

    private void Pad(int length)
    {
        ReadOnlySpan<byte> zeros = [0, 0, 0];
        destination.Write(zeros[..(-length & 3)]);
    }
}
