using System.Globalization;

namespace Terrace.Linux.Interop;

/// <summary>The kernel's version. For the few behaviours that cannot be seen but by their effect.</summary>
/// <param name="Major">The 6 of 6.12.</param>
/// <param name="Minor">The 12 of 6.12.</param>
public readonly record struct KernelRelease(int Major, int Minor) : IComparable<KernelRelease>
{
    /// <summary>The running kernel's; 0.0 when it cannot be told.</summary>
    public static KernelRelease Current { get; } = Parse(ReadRelease());

    /// <summary>Parses the beginning of uname -r, for example <c>6.12.117+deb13-cloud-amd64</c>.</summary>
    public static KernelRelease Parse(string release)
    {
        ArgumentNullException.ThrowIfNull(release);
        string[] parts = release.Split('.', '-', '+', ' ', '\n');
        return parts.Length >= 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int minor)
            ? new KernelRelease(major, minor)
            : default;
    }

    /// <inheritdoc/>
    public int CompareTo(KernelRelease other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    /// <summary>True from this version on.</summary>
    public bool IsAtLeast(int major, int minor) => CompareTo(new KernelRelease(major, minor)) >= 0;

    private static string ReadRelease()
    {
        Span<byte> text = stackalloc byte[256];
        int read = BriefFile.ReadOnce("/proc/sys/kernel/osrelease\0"u8, text);
        return read > 0 ? System.Text.Encoding.ASCII.GetString(text[..read]) : "";
    }
}
