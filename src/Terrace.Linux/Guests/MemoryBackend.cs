namespace Terrace.Linux.Guests;

/// <summary>
/// A piece of guest memory that QEMU was told to make: an object memory-backend-ram, memory-backend-memfd or memory-backend-file,
/// or what <c>-m</c> alone makes.
/// </summary>
/// <param name="Id">Its name; empty for what <c>-m</c> alone makes.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Path">The file, or the folder that a file is made in; null for memory of no file.</param>
/// <param name="IsMemfd">It is a memfd.</param>
/// <param name="IsShared">It is mapped so that other processes can share it.</param>
internal sealed record MemoryBackend(string Id, long Bytes, string? Path, bool IsMemfd, bool IsShared)
{
    /// <summary>
    /// Where the guest's ordinary memory has it, counted from the beginning of that memory; null for memory that is added
    /// elsewhere (pc-dimm, nvdimm), or when that is not known.
    /// </summary>
    public long? RamOffset { get; init; }
}
