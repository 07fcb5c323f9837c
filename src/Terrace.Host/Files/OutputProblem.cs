using Terrace.Linux.Interop;

namespace Terrace.Host.Files;

/// <summary>What kept something from being written, in words that name no file.</summary>
internal static class OutputProblem
{
    // The error number is in the low half of HResult where the runtime found no kind of its own for it.
    private const int Errors = 0xffff;

    /// <summary>A few words.</summary>
    public static string Of(Exception problem) => ErrorWords.Of(problem);

    /// <summary>What to do about it.</summary>
    public static string FixOf(IOException problem) =>
        IsNobodyReads(problem) ? "start its reader again, or name another file" : "free some space, or name a file elsewhere";

    /// <summary>True when whoever read it has gone: nothing more is wanted, and nothing is wrong.</summary>
    public static bool IsNobodyReads(IOException problem) =>
        (problem.HResult & Errors) == Errno.EPIPE || problem.Message.Contains("Broken pipe", StringComparison.Ordinal);
}
