using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Terrace.Linux.Interop;

/// <summary>
/// An open folder, whose files are named in it rather than by a path: whoever owns a folder on the way may put a link there at any
/// time, but not into what is open.
/// </summary>
public sealed unsafe class OpenFolder : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int RandomBytes = 8;

    private OpenFolder(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    /// <summary>Opens it: 0, or the error number.</summary>
    public static int TryOpen(string path, out OpenFolder? folder)
    {
        ArgumentNullException.ThrowIfNull(path);
        int fd = LinuxFile.OpenDescriptor(BriefFile.PathOf(path), Libc.O_RDONLY | Libc.O_DIRECTORY);
        folder = fd >= 0 ? new OpenFolder(fd) : null;
        return fd >= 0 ? 0 : -fd;
    }

    /// <summary>
    /// Makes a file that was not there before, with a name that nobody can know and that begins with a dot and
    /// <paramref name="like"/>: 0, or the error number.
    /// </summary>
    /// <param name="like">What it is to become.</param>
    /// <param name="mode">Who may do what, an octal number of chmod(1), whatever the umask.</param>
    /// <param name="name">Its name.</param>
    /// <param name="file">The file, to be written.</param>
    public int TryMake(string like, uint mode, out string name, out SafeFileHandle? file)
    {
        name = $".{StartOf(like)}.{Guid.NewGuid().ToString("N")[..(RandomBytes * 2)]}.new";
        file = null;
        fixed (byte* path = Of(name))
        {
            int flags = Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW | Libc.O_CLOEXEC;
            int fd = Libc.OpenAt((int)handle, path, flags, (int)(mode & 0b110_000_000));
            if (fd < 0)
            {
                return Marshal.GetLastPInvokeError();
            }

            file = new SafeFileHandle(fd, ownsHandle: true);
            return Libc.FChMod(fd, mode) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>Gives a file of it another name, in the place of what has that name: 0, or the error number.</summary>
    public int Rename(string name, string newName)
    {
        fixed (byte* path = Of(name))
        fixed (byte* newPath = Of(newName))
        {
            return Libc.RenameAt((int)handle, path, (int)handle, newPath) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>Removes a file of it: 0, or the error number.</summary>
    public int Remove(string name)
    {
        fixed (byte* path = Of(name))
        {
            return Libc.UnlinkAt((int)handle, path, 0) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>Brings its entries to the disk: 0, or the error number.</summary>
    public int Sync() => Libc.FSync((int)handle) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;

    /// <summary>The files that <see cref="TryMake"/> may have made for a name, as a pattern of <see cref="Directory"/>.</summary>
    internal static string PatternOf(string like) => $".{StartOf(like)}.{new string('?', RandomBytes * 2)}.new";

    // The name of a file has at most 255 bytes (NAME_MAX): of the one that it is to become the start will do.
    private static string StartOf(string like) =>
        Encoding.UTF8.GetByteCount(like) > 200 ? like[..Math.Min(like.Length, 50)] : like;

    private static byte[] Of(string name) => BriefFile.PathOf(name);
}
