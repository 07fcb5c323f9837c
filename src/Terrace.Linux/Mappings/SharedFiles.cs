namespace Terrace.Linux.Mappings;

/// <summary>Files, memfds and segments that managed processes of one machine share. For one thread.</summary>
internal sealed class SharedFiles
{
    private readonly Dictionary<FileIdentity, SharedFile> _files = [];

    /// <summary>Descriptors that managed processes hold have lower numbers than this.</summary>
    public int DescriptorCeiling { get; set; } = int.MaxValue;

    /// <summary>How many are in use.</summary>
    public int Count => _files.Count;

    /// <summary>Those processes that share memory since fork(2), without having asked for it.</summary>
    public ForkFamilies Families { get; } = new();

    /// <summary>Frames of private memory that several of them have, because they are equal or siblings have not written them.</summary>
    public CommonFrames Common { get; init; } = new();

    /// <summary>Memory that is kept about all of it, bytes.</summary>
    public long Bytes => _files.Values.Sum(file => file.Bytes) + Families.Bytes + Common.Bytes;

    /// <summary>Begins a view of a process on a file.</summary>
    public FileUse Join(FileIdentity identity)
    {
        if (!_files.TryGetValue(identity, out SharedFile? file))
        {
            file = new SharedFile(identity);
            _files.Add(identity, file);
        }

        return file.Join();
    }

    /// <summary>Ends it.</summary>
    public void Leave(FileUse use)
    {
        use.File.Leave(use);
        if (use.File.IsUnused)
        {
            _files.Remove(use.File.Identity);
        }
    }
}
