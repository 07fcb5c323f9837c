using System.Text;
using Microsoft.Win32.SafeHandles;
using Terrace.Core.Units;
using Terrace.Linux.Interop;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Terrace.Host.Files;

/// <summary>A file of one YAML document, as nodes that know their lines; JSON, being YAML too, is read as well.</summary>
internal static class YamlFile
{
    /// <summary>Larger ones are refused.</summary>
    public const int MaxBytes = 4 << 20;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Reads a file; false, and what is wrong with it, when it is no YAML. <paramref name="whenMissing"/> says what to do where
    /// there is none.
    /// </summary>
    public static bool TryLoad(string path, string whenMissing, out YamlNode? root, out IReadOnlyList<ConfigurationProblem> problems)
    {
        root = null;
        if (TryReadText(path, whenMissing, out string text) is { } problem)
        {
            problems = [problem];
            return false;
        }

        return TryParse(path, text, out root, out problems);
    }

    /// <summary>Reads a text as if it were the file's; <paramref name="root"/> is null for an empty one.</summary>
    public static bool TryParse(string path, string text, out YamlNode? root, out IReadOnlyList<ConfigurationProblem> problems)
    {
        root = null;
        YamlStream yaml = [];
        try
        {
            problems = YamlShape.ProblemsOf(path, text, out IReadOnlyList<ParsingEvent> events);
            if (problems.Count > 0)
            {
                return false;
            }

            yaml.Load(new RecordedEvents(events));
        }
        catch (YamlException error)
        {
            (long line, Problem problem) = YamlCause.Of(text, error);
            problems = [new ConfigurationProblem(path, line, "", problem)];
            return false;
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            problems = [new ConfigurationProblem(path, 0, "", "is not YAML", "look for characters that do not belong in a text file")];
            return false;
        }

        problems = [];
        root = yaml.Documents.Count == 0 ? null : yaml.Documents[0].RootNode;
        return true;
    }

    private static ConfigurationProblem? TryReadText(string path, string whenMissing, out string text)
    {
        text = "";
        if (string.IsNullOrWhiteSpace(path))
        {
            return new ConfigurationProblem("''", 0, "", "names no file", whenMissing);
        }

        try
        {
            if (Directory.Exists(path))
            {
                return new ConfigurationProblem(path, 0, "", "is a folder", "name the file in it");
            }

            if (FileStatus.TryRead(path, out _) is Errno.ENOENT or Errno.ENOTDIR)
            {
                bool isLink = FileStatus.TryReadLink(path, out _) == 0;
                return new ConfigurationProblem(
                    path, 0, "", isLink ? "is a symbolic link to nothing" : "there is no such file", whenMissing);
            }

            if (!TextSource.IsHandedOver(path) && TextSource.ProblemOf(path) is { } waits)
            {
                return waits;
            }

            // A device or a pipe has no length: as much is read as is taken, and a byte more.
            using SafeFileHandle opened = Open(path);
            if (TextSource.ProblemOf(path, opened) is { } endless)
            {
                return endless;
            }

            using FileStream file = new(opened, FileAccess.Read, bufferSize: 1);
            byte[] bytes = new byte[Math.Clamp(file.CanSeek ? file.Length + 1 : MaxBytes + 1, 4096, MaxBytes + 1)];
            int read = 0;
            while (read <= MaxBytes && file.Read(bytes, read, bytes.Length - read) is > 0 and var more)
            {
                read += more;
                if (read == bytes.Length && read <= MaxBytes)
                {
                    Array.Resize(ref bytes, MaxBytes + 1);
                }
            }

            if (read > MaxBytes)
            {
                return new ConfigurationProblem(path, 0, "", $"is larger than {MaxBytes >> 20} MiB", "is it the right file?");
            }

            text = new StreamReader(new MemoryStream(bytes, 0, read), s_utf8).ReadToEnd();
            return null;
        }
        catch (DecoderFallbackException)
        {
            return new ConfigurationProblem(path, 0, "", "is not a text file in UTF-8", "save it as UTF-8, or name another file");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            string why = error is UnauthorizedAccessException ? "you may not read it" : error.Message.TrimEnd('.');
            return new ConfigurationProblem(path, 0, "", $"cannot be read: {why}", "check its permissions, and that it is a text file");
        }
    }

    // Without the lock of File.Open…, which whoever may read the file could hold.
    private static SafeFileHandle Open(string path) => PlainFile.TryOpenToRead(path, out SafeFileHandle? file) switch
    {
        0 => file!,
        Errno.EACCES or Errno.EPERM => throw new UnauthorizedAccessException(),
        var error => throw new IOException(ErrorWords.Of(error)),
    };
}
