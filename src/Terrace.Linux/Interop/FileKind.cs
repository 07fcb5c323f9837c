namespace Terrace.Linux.Interop;

/// <summary>What a path names: S_IFMT of st_mode, https://man7.org/linux/man-pages/man7/inode.7.html.</summary>
public enum FileKind
{
    /// <summary>Something else.</summary>
    Other = 0,

    /// <summary>A pipe with a name (FIFO).</summary>
    Pipe = 0x1000,

    /// <summary>A character device, such as a terminal.</summary>
    CharacterDevice = 0x2000,

    /// <summary>A folder.</summary>
    Folder = 0x4000,

    /// <summary>A block device, such as a disk.</summary>
    BlockDevice = 0x6000,

    /// <summary>A file.</summary>
    File = 0x8000,

    /// <summary>A symbolic link.</summary>
    Link = 0xA000,

    /// <summary>A socket.</summary>
    Socket = 0xC000,
}
