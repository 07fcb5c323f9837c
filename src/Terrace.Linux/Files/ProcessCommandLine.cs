using System.Buffers;
using System.Text;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Files;

/// <summary>
/// The command line that a process shows (proc_pid_cmdline(5)): anything of any length, since it is the process's own memory. Of it
/// the first <see cref="MostBytes"/> are read.
/// </summary>
/// <param name="Text">The words, with a NUL after each but the last.</param>
/// <param name="IsCut">There is more of it.</param>
public readonly record struct ProcessCommandLine(string Text, bool IsCut)
{
    /// <summary>Bytes that are read; a QEMU of a large machine has a tenth of that.</summary>
    public const int MostBytes = 64 << 10;

    /// <summary>The words.</summary>
    public string[] Words => Text.Length == 0 ? [] : Text.Split('\0');

    /// <summary>Reads it: 0, or the error number (ESRCH, EACCES; ETIMEDOUT: the process's memory cannot be looked at).</summary>
    /// <param name="tree">Where /proc is.</param>
    /// <param name="pid">The process.</param>
    /// <param name="calls">Makes the calls; null: the calling thread does, however long that takes.</param>
    /// <param name="line">The command line; empty after an error.</param>
    /// <param name="folder">Its folder from the root on, or that of a thread of it; null: the process's own.</param>
    public static int TryRead(FileTree tree, int pid, BoundedCalls? calls, out ProcessCommandLine line, string? folder = null)
    {
        ArgumentNullException.ThrowIfNull(tree);
        line = new ProcessCommandLine("", IsCut: false);
        ProcessCalls about = new(pid, calls);
        using BriefFile file = BriefFile.OpenRead(BriefFile.PathOf(tree.PathOf($"{folder ?? $"proc/{pid}"}/cmdline")));
        if (file.Error != 0)
        {
            return file.Error;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(MostBytes + 1);
        try
        {
            int total = 0;
            while (total <= MostBytes)
            {
                int read = about.Read(file.Descriptor, total, buffer.AsSpan(total, MostBytes + 1 - total));
                if (read < 0)
                {
                    return -read;
                }

                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            bool isCut = total > MostBytes;
            ReadOnlySpan<byte> text = buffer.AsSpan(0, Math.Min(total, MostBytes));
            line = new ProcessCommandLine(Encoding.UTF8.GetString(isCut ? text : text.TrimEnd((byte)0)), isCut);
            return 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The words of a process's command line; none when it cannot be read.</summary>
    public static string[] WordsOf(FileTree tree, int pid, BoundedCalls? calls = null) =>
        TryRead(tree, pid, calls, out ProcessCommandLine line) == 0 ? line.Words : [];
}
