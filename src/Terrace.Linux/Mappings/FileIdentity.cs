namespace Terrace.Linux.Mappings;

/// <summary>What tells one file, memfd or System V segment from all others, as /proc/PID/maps shows it.</summary>
/// <param name="Device">Major and minor number of its file system.</param>
/// <param name="Inode">Its number there; 0 for memory that is of no file.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Inode);
