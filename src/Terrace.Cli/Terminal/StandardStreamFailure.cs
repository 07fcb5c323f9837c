using Terrace.Linux.Interop;

namespace Terrace.Cli.Terminal;

/// <summary>Standard output or error cannot be written.</summary>
/// <param name="stream">Which, for people.</param>
/// <param name="errno">The error number.</param>
internal sealed class StandardStreamFailure(string stream, int errno) : IOException(Describe(stream, errno))
{
    /// <summary>Whoever read it has gone: nothing more is wanted, and nothing is wrong.</summary>
    public bool IsNobodyReads => errno == Errno.EPIPE;

    /// <summary>What to do about it.</summary>
    public string Fix => errno == Errno.EBADF ? "send it somewhere, /dev/null for nowhere" : "free some space, or send it elsewhere";

    private static string Describe(string stream, int errno) => errno switch
    {
        Errno.ENOSPC => $"{stream} cannot be written: the disk is full",
        Errno.EBADF => $"{stream} is closed",
        _ => $"{stream} cannot be written: {ErrorWords.Of(errno)}",
    };
}
