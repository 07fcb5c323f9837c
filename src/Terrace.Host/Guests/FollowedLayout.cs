using System.Text.Json;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;

namespace Terrace.Host.Guests;

/// <summary>The file in which <c>terrace layout follow</c> keeps the newest layout for the other programs of a guest.</summary>
internal static class FollowedLayout
{
    /// <summary>Path of the file in a run folder.</summary>
    public static string PathIn(string runFolder) => Path.Combine(runFolder, FollowedFile.Name);

    /// <summary>Writes it, whole or not at all, for everybody to read.</summary>
    /// <exception cref="CommandFailure">It cannot be written.</exception>
    public static void Write(string path, LayoutMessage layout, bool live) => AtomicFile.Write(path, JsonSerializer.Serialize(
        new FollowedFile
        {
            Pid = Environment.ProcessId,
            StartTicks = ProcessBirth.TicksOf(Environment.ProcessId) ?? 0,
            Live = live,
            Layout = layout,
        },
        LayoutJson.Line.FollowedFile) + "\n");

    /// <summary>Removes it.</summary>
    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It says by itself whose it was, and nobody believes it when that has ended.
        }
    }

    /// <summary>
    /// The layout that is followed now, and the file's other facts. Null where none is, with a note for people in
    /// <paramref name="problem"/> when there was one, since what is not followed any more may not be so any more.
    /// </summary>
    public static PublishedLayout? TryRead(string path, out FollowedFile? file, out string? problem)
    {
        problem = null;
        file = null;
        try
        {
            int error = SmallFile.TryRead(path, LayoutChannel.MaxMessageBytes + 4096, out byte[]? bytes);
            if (error is Errno.ENOENT or Errno.ENOTDIR)
            {
                return null;
            }

            if (error != 0)
            {
                problem = error == Errno.EFBIG ? $"'{path}' is too large to be a layout; it is ignored"
                    : $"'{path}' cannot be read (error {error}); it is ignored";
                return null;
            }

            file = JsonSerializer.Deserialize(bytes, LayoutJson.Line.FollowedFile);
        }
        catch (JsonException error)
        {
            problem = $"'{path}' cannot be used: {OutputProblem.Of(error)}; it is ignored";
            return null;
        }

        string wrong = "it is of another version";
        PublishedLayout? layout = file is { Version: LayoutChannel.Version, Layout: { } message }
            ? PublishedLayout.Of(message, out wrong)
            : null;
        problem = layout is null ? $"'{path}' cannot be used: {wrong}; it is ignored" : ProblemOf(file!);
        return problem is null ? layout : null;
    }

    /// <summary>Why what a file says may not be so any more; null when it is followed now.</summary>
    public static string? ProblemOf(FollowedFile file) =>
        ProcessBirth.TicksOf(file.Pid) != file.StartTicks
            ? "The host's layout is not followed any more, so what was known of it is not shown: start terrace layout follow."
        : !file.Live
            ? "The host has not confirmed the layout for a while, so what was known of it is not shown: is its daemon running, "
                + "with publish-layout for this guest?"
        : null;
}
