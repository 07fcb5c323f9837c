using Terrace.Linux.Interop;

namespace Terrace.Linux.Pressures;

/// <summary>One open file of pressure stall information, read again and again without garbage.</summary>
internal sealed class PressureFile : IDisposable
{
    private readonly LinuxFile? _file;

    /// <summary>
    /// Opens it; a file that is not there (a kernel without CONFIG_PSI, or booted without psi=1 where that is needed) reads as
    /// null.
    /// </summary>
    public PressureFile(string path) => _ = LinuxFile.TryOpenRead(path, out _file);

    /// <summary>
    /// The part of the last ten seconds in which some task waited; null when it cannot be read (EOPNOTSUPP when PSI is off,
    /// ENODEV when the control group is gone).
    /// </summary>
    public double? Read()
    {
        Span<byte> text = stackalloc byte[256];
        int read = _file?.ReadFully(0, text) ?? 0;
        return read > 0 ? PressureText.SomeOfTenSeconds(text[..read]) : null;
    }

    /// <summary>The same of a file that is opened for it; <paramref name="path"/> ends with NUL, and null reads as null.</summary>
    public static double? Read(byte[]? path)
    {
        Span<byte> text = stackalloc byte[256];
        int read = path is null ? 0 : BriefFile.ReadOnce(path, text);
        return read > 0 ? PressureText.SomeOfTenSeconds(text[..read]) : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();
}
