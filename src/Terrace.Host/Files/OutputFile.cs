using Terrace.Host.Failures;

namespace Terrace.Host.Files;

/// <summary>Files that commands write.</summary>
internal static class OutputFile
{
    /// <summary>Creates a text file.</summary>
    /// <exception cref="CommandFailure">It cannot be written.</exception>
    public static StreamWriter CreateText(string path) => new(Create(path));

    /// <summary>Creates a file.</summary>
    /// <exception cref="CommandFailure">It cannot be written.</exception>
    public static FileStream Create(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CommandFailure(
                ExitCode.CannotWrite,
                $"cannot write '{path}': {problem.Message.TrimEnd('.')}",
                "name a file in a folder that exists and that you may write to");
        }
    }
}
