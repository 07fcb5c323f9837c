using System.Text;
using Terrace.Host.Failures;
using Terrace.Linux.Files;

namespace Terrace.Host.Files;

/// <summary>Text files that are there whole or not at all, whenever the program is killed.</summary>
internal static class AtomicFile
{
    /// <summary>Writes a file, and its folder if that is missing.</summary>
    /// <exception cref="CommandFailure">It cannot be written.</exception>
    public static void Write(string path, string text) => Write(path, text, isPrivate: false);

    /// <summary>The same; for its user alone where <paramref name="isPrivate"/>, else everybody may read it.</summary>
    /// <exception cref="CommandFailure">It cannot be written.</exception>
    public static void Write(string path, string text, bool isPrivate)
    {
        try
        {
            WholeFile.Write(path, Encoding.UTF8.GetBytes(text), isPrivate);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(
                ExitCode.CannotWrite,
                $"cannot write '{path}': {OutputProblem.Of(problem)}",
                "nothing was changed; free some space, or make it writable");
        }
    }
}
