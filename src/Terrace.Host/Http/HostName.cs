using System.Net;

namespace Terrace.Host.Http;

/// <summary>Reads the host that a request names.</summary>
internal static class HostName
{
    /// <summary>
    /// Whether a Host field names this host. A page in a browser here may have its own name resolved to a loopback address (DNS
    /// rebinding); the name that it asks for gives it away. No field at all is fine: the server refuses HTTP/1.1 without one, and no
    /// browser speaks HTTP/1.0.
    /// </summary>
    /// <param name="field">The field's value; null when there is none.</param>
    public static bool IsThisHost(string? field)
    {
        if (field is null)
        {
            return true;
        }

        int end = field.StartsWith('[')
            ? field.IndexOf(']', StringComparison.Ordinal) + 1
            : field.IndexOf(':', StringComparison.Ordinal);
        ReadOnlySpan<char> name = (end > 0 ? field.AsSpan(0, end) : field).Trim("[]");
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out IPAddress? address) && IPAddress.IsLoopback(address));
    }
}
