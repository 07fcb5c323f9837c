namespace Terrace.Fuzz;

/// <summary>A file that has no name any more, for readers that take a path: its content is the input.</summary>
internal sealed class InputFile : IDisposable
{
    private readonly FileStream _file;

    /// <param name="link">Where a symbolic link to it is made, for readers that take a folder; null for none.</param>
    public InputFile(string? link = null)
    {
        string path = System.IO.Path.Combine(TemporaryFolder.Parent, System.IO.Path.GetRandomFileName());
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        File.Delete(path);
        Path = $"/proc/self/fd/{_file.SafeFileHandle.DangerousGetHandle()}";
        if (link is not null)
        {
            File.CreateSymbolicLink(link, Path);
        }
    }

    /// <summary>Where it can be opened.</summary>
    public string Path { get; }

    /// <summary>Makes the input its content.</summary>
    public void Set(ReadOnlySpan<byte> input)
    {
        _file.SetLength(input.Length);
        _file.Position = 0;
        _file.Write(input);
        _file.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
