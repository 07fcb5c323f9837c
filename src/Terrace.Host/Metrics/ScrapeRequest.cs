using System.Net;
using System.Text;

namespace Terrace.Host.Metrics;

/// <summary>Reads the head of an HTTP request (RFC 9112) as far as a scrape needs it.</summary>
internal static class ScrapeRequest
{
    public const string Path = "/metrics";

    public const int Ok = 200;
    public const int BadRequest = 400;
    public const int Forbidden = 403;
    public const int NotFound = 404;
    public const int MethodNotAllowed = 405;
    public const int TooLarge = 431;

    /// <summary>The status to answer a head with.</summary>
    /// <param name="head">All up to the empty line.</param>
    /// <param name="withBody">False when only the head of the answer is asked for.</param>
    public static int StatusOf(ReadOnlySpan<byte> head, out bool withBody)
    {
        withBody = true;
        string[] lines = Encoding.Latin1.GetString(head).Split("\r\n");
        string[] words = lines[0].Split(' ');
        if (words.Length != 3 || words[2] is not ("HTTP/1.1" or "HTTP/1.0") || words[1].Length == 0)
        {
            return BadRequest;
        }

        foreach (string line in lines.Skip(1).Where(line => line.Length > 0))
        {
            int colon = line.IndexOf(':');
            if (colon <= 0 || line[colon - 1] is ' ' or '\t')
            {
                return BadRequest;
            }

            if (line.AsSpan(0, colon).Equals("host", StringComparison.OrdinalIgnoreCase) && !IsThisHost(line.AsSpan(colon + 1).Trim()))
            {
                return Forbidden;
            }
        }

        withBody = words[0] != "HEAD";
        return words[0] is not ("GET" or "HEAD") ? MethodNotAllowed : words[1].Split('?')[0] == Path ? Ok : NotFound;
    }

    // A page in a browser on this host may have its own name resolved to a loopback address (DNS rebinding); the name that it asks for gives it away.
    private static bool IsThisHost(ReadOnlySpan<char> host)
    {
        int end = host.StartsWith("[") ? host.IndexOf(']') + 1 : host.IndexOf(':');
        ReadOnlySpan<char> name = (end > 0 ? host[..end] : host).Trim("[]");
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(name, out IPAddress? address) && IPAddress.IsLoopback(address));
    }
}
