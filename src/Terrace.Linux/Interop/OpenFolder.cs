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

    // Octal 666, less the umask, 700, 70 and 7.
    private const uint AnyMode = 0b110_110_110;
    private const uint OwnersMode = 0b111_000_000;
    private const uint GroupsMode = 0b000_111_000;
    private const uint OthersMode = 0b000_000_111;

    private OpenFolder(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    /// <summary>Opens it: 0, or the error number.</summary>
    public static int TryOpen(string path, out OpenFolder? folder) => TryOpen(path, Libc.O_RDONLY, out folder);

    /// <summary>
    /// The same without the right to list what is in it, which whoever makes files there need not have; <see cref="Sync"/> fails then.
    /// </summary>
    public static int TryOpenToName(string path, out OpenFolder? folder) => TryOpen(path, Libc.O_PATH, out folder);

    /// <summary>What has a name in it, which may be a link: 0, or the error number (ENOENT).</summary>
    public int TryStatus(string name, out FileStatus status) => FileStatus.TryRead(this, name, out status);

    /// <summary>Opens a file in it to read and write, never through a link nor waiting for a device: 0, or the error number.</summary>
    public int TryOpenFile(string name, out SafeFileHandle? file)
    {
        fixed (byte* path = Of(name))
        {
            int flags = Libc.O_RDWR | Libc.O_NOFOLLOW | Libc.O_NONBLOCK | Libc.O_NOCTTY | Libc.O_CLOEXEC;
            int fd = Libc.OpenAt((int)handle, path, flags, 0);
            file = fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : null;
            return fd >= 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>
    /// Makes a file that was not there before, with a name that nobody can know and that begins with a dot and
    /// <paramref name="like"/>: 0, or the error number.
    /// </summary>
    /// <param name="like">What it is to become.</param>
    /// <param name="mode">Who may do what, an octal number of chmod(1), whatever the umask; null: everybody what the umask allows.</param>
    /// <param name="name">Its name.</param>
    /// <param name="file">The file, to be written; null after an error.</param>
    public int TryMake(string like, uint? mode, out string name, out SafeFileHandle? file)
    {
        name = $".{StartOf(like)}.{Guid.NewGuid().ToString("N")[..(RandomBytes * 2)]}.new";
        file = null;
        int fd;
        fixed (byte* path = Of(name))
        {
            int flags = Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW | Libc.O_CLOEXEC;
            fd = Libc.OpenAt((int)handle, path, flags, (int)(mode & OwnersMode ?? AnyMode));
            if (fd < 0)
            {
                return Marshal.GetLastPInvokeError();
            }
        }

        file = new SafeFileHandle(fd, ownsHandle: true);
        int error = mode is not { } exact || Libc.FChMod(fd, exact) == 0 ? 0 : Marshal.GetLastPInvokeError();
        return error == 0 ? 0 : Undo(name, ref file, error);
    }

    /// <summary>
    /// The same for what is to take the place of a file: with its mode, and its owner and group as far as that is permitted. What cannot be
    /// kept allows nobody anything: a group that the new file has instead may do what everybody may.
    /// </summary>
    public int TryMakeLike(string like, FileStatus replaced, out string name, out SafeFileHandle? file)
    {
        int error = TryMake(like, OwnersMode, out name, out file);
        if (error != 0)
        {
            return error;
        }

        int fd = (int)file!.DangerousGetHandle();
        uint mode = replaced.Mode & (OwnersMode | GroupsMode | OthersMode);
        if (Libc.FChOwn(fd, replaced.UserId, replaced.GroupId) != 0 && Libc.FChOwn(fd, uint.MaxValue, replaced.GroupId) != 0)
        {
            mode = (mode & (OwnersMode | OthersMode)) | (mode & GroupsMode & ((mode & OthersMode) << 3));
        }

        error = Libc.FChMod(fd, mode) == 0 ? 0 : Marshal.GetLastPInvokeError();
        return error == 0 ? 0 : Undo(name, ref file, error);
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

    private static int TryOpen(string path, int access, out OpenFolder? folder)
    {
        ArgumentNullException.ThrowIfNull(path);
        int fd = LinuxFile.OpenDescriptor(BriefFile.PathOf(path), access | Libc.O_DIRECTORY);
        folder = fd >= 0 ? new OpenFolder(fd) : null;
        return fd >= 0 ? 0 : -fd;
    }

    private int Undo(string name, ref SafeFileHandle? file, int error)
    {
        file?.Dispose();
        file = null;
        _ = Remove(name);
        return error;
    }

    // The name of a file has at most 255 bytes (NAME_MAX): of the one that it is to become the start will do.
    private static string StartOf(string like) =>
        Encoding.UTF8.GetByteCount(like) > 200 ? like[..Math.Min(like.Length, 50)] : like;

    private static byte[] Of(string name) => BriefFile.PathOf(name);
}
