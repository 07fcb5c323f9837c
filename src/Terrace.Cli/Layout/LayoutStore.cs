using System.Globalization;
using System.Text.Json;
using Terrace.Core.Layout;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Cli.Layout;

/// <summary>
/// State files of layouts, one for each memory, and with each the page from which on a change has still to be made, which is
/// written often. /run does not survive a boot, as the memory does not.
/// </summary>
internal sealed class LayoutStore(string folder = LayoutStore.StandardFolder)
{
    /// <summary>Where they are.</summary>
    public const string StandardFolder = "/run/terrace/layout";

    private const int MostPointBytes = 64;

    private const string Fix = "see which memory it is about, and remove the file; policies and pages stay as they are";

    /// <summary>Keeps other instances of Terrace away from these memories until disposed, or until the process dies.</summary>
    /// <exception cref="CommandFailure">Another has one of them, or the folder cannot be written.</exception>
    public IDisposable Lock(IReadOnlyList<string> keys)
    {
        List<FileLock> held = [];
        try
        {
            // In one order, so that two instances cannot wait for each other.
            foreach (string key in keys.Order(StringComparer.Ordinal))
            {
                held.Add(new StateFile(PathOf(key)).Lock());
            }

            return new Locks(held);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            new Locks(held).Dispose();
            throw problem is UnauthorizedAccessException
                ? new CommandFailure(ExitCode.NotPermitted, $"'{folder}' may not be written", "run it with sudo: sudo terrace layout …")
                : new CommandFailure(
                    ExitCode.Unavailable,
                    $"another terrace is changing this layout, or '{folder}' cannot be written",
                    "wait until it is done; terrace layout show shows its progress");
        }
    }

    /// <summary>What is known of a memory; null when nothing is.</summary>
    /// <exception cref="CommandFailure">The file cannot be used.</exception>
    public LayoutState? Read(string key)
    {
        string path = PathOf(key);
        try
        {
            return new StateFile(path).Read() is not { } bytes ? null
                : JsonSerializer.Deserialize(
                    bytes, LayoutReportJson.Default.LayoutState) is { Version: LayoutState.ThisVersion } state ? state
                : throw new InvalidDataException("it is of another version");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException or InvalidDataException)
        {
            throw new CommandFailure(
                problem is UnauthorizedAccessException ? ExitCode.NotPermitted : ExitCode.Unavailable,
                $"'{path}' cannot be used: {WordsOf(problem)}",
                Fix);
        }
    }

    /// <summary>The layout that a state file speaks of.</summary>
    /// <exception cref="CommandFailure">It is damaged.</exception>
    public MemoryLayout Layout(string key, string text)
    {
        try
        {
            return LayoutRanges.Read(text);
        }
        catch (InvalidDataException problem)
        {
            throw new CommandFailure(ExitCode.Unavailable, $"'{PathOf(key)}' cannot be used: {problem.Message}", Fix);
        }
    }

    /// <summary>Writes it, whole or not at all. Of what is done there is no point any more.</summary>
    /// <exception cref="CommandFailure">It cannot be written.</exception>
    public void Write(string key, LayoutState state)
    {
        AtomicFile.Write(
            PathOf(key), JsonSerializer.Serialize(state, LayoutReportJson.Default.LayoutState) + "\n", isPrivate: true);
        if (state.Phase == LayoutPhase.Done)
        {
            File.Delete(PointPath(key));
        }
    }

    /// <summary>Forgets a memory.</summary>
    public void Remove(string key)
    {
        foreach (string path in (ReadOnlySpan<string>)[PathOf(key), PointPath(key)])
        {
            try
            {
                new StateFile(path).Remove();
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                throw new CommandFailure(
                    ExitCode.CannotWrite, $"'{path}' cannot be removed: {OutputProblem.Of(problem)}", "remove it by hand");
            }
        }
    }

    /// <summary>The page from which on there is still to do; 0 when that is not known.</summary>
    public ulong ReadPoint(string key)
    {
        return SmallFile.TryRead(PointPath(key), MostPointBytes, out byte[]? text) == 0
            && ulong.TryParse(text.AsSpan().TrimEnd((byte)'\n'), NumberStyles.None, CultureInfo.InvariantCulture, out ulong point)
                ? point
                : 0;
    }

    /// <summary>Writes it.</summary>
    /// <exception cref="CommandFailure">It cannot be written.</exception>
    public void WritePoint(string key, ulong point) =>
        AtomicFile.Write(PointPath(key), point.ToString(CultureInfo.InvariantCulture) + "\n", isPrivate: true);

    private static string WordsOf(Exception problem) => problem switch
    {
        JsonException => "it is not what terrace wrote",
        InvalidDataException => problem.Message.TrimEnd('.'),
        _ => OutputProblem.Of(problem),
    };

    private string PathOf(string key) => Path.Combine(folder, key + ".json");

    private string PointPath(string key) => Path.Combine(folder, key + ".point");

    private sealed class Locks(List<FileLock> held) : IDisposable
    {
        public void Dispose() => held.ForEach(file => file.Dispose());
    }
}
