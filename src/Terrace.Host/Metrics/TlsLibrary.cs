using System.Runtime.InteropServices;

namespace Terrace.Host.Metrics;

/// <summary>
/// OpenSSL, by which .NET speaks TLS on Linux. It is the host's: its security updates come with the host's. .NET ends the whole process
/// when it needs the library and does not find it, so it is looked for before.
/// </summary>
internal static class TlsLibrary
{
    /// <summary>Names under which .NET looks for it.</summary>
    public static IReadOnlyList<string> Names { get; } = ["libssl.so.3", "libssl.so.1.1"];

    /// <summary>Whether one of them can be loaded.</summary>
    public static bool IsThere(IEnumerable<string> names) => names.Any(name => NativeLibrary.TryLoad(name, out _));
}
