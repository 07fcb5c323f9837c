namespace Terrace.Cli.Output;

/// <summary>Files that are there whole or not at all, whenever the program is killed (rename(2) replaces in one step).</summary>
internal static class AtomicFile
{
    /// <summary>Writes a file, and its folder if that is missing.</summary>
    /// <exception cref="CommandFailure">It cannot be written.</exception>
    public static void Write(string path, string text)
    {
        string draft = path + ".new";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using (FileStream file = new(draft, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                file.Write(System.Text.Encoding.UTF8.GetBytes(text));
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.CannotWrite, $"cannot write '{path}': {problem.Message.TrimEnd('.')}", "nothing was changed; make room or rights for it");
        }
    }
}
