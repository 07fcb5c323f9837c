using System.Globalization;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Reclaim;

/// <summary>
/// Which lists the kernel's reclaim keeps pages on: an active and an inactive one, or generations
/// (Documentation/admin-guide/mm/multigen_lru.rst). Anybody may switch between the two at any time.
/// </summary>
/// <param name="root"><c>/</c>, or a captured tree in tests.</param>
internal sealed class ReclaimLists(string root) : IDisposable
{
    private readonly LinuxFile? _enabled = Open(Path.Combine(root, "sys/kernel/mm/lru_gen/enabled"));

    /// <summary>True while pages are kept in generations. Read each time, without garbage.</summary>
    public bool AreGenerations
    {
        get
        {
            Span<byte> text = stackalloc byte[32];
            int read = _enabled?.Read(0, text) ?? 0;
            return read > 0 && IsOn(text[..read]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _enabled?.Dispose();

    /// <summary>The kernel prints a mask, <c>0x0007</c>, whose lowest bit is the main switch.</summary>
    internal static bool IsOn(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> mask = text.TrimEnd((byte)'\n');
        return mask.StartsWith("0x"u8)
            && uint.TryParse(mask[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint bits)
            && (bits & 1) != 0;
    }

    private static LinuxFile? Open(string path) => LinuxFile.TryOpenRead(path, out LinuxFile? file) == 0 ? file : null;
}
