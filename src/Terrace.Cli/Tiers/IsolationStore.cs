using System.Text.Json;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Host.Kernel;
using Terrace.Linux.Files;

namespace Terrace.Cli.Tiers;

/// <summary>Keeps the record of an isolation in /run/terrace/isolate-before.json.</summary>
internal sealed class IsolationStore(string root = "/")
{
    /// <summary>Its path.</summary>
    public string FilePath => Path.Combine(root, IsolationGap.RecordPath);

    /// <summary>The record; null when there is none.</summary>
    /// <exception cref="CommandFailure">It is there but cannot be read.</exception>
    public IsolationRecord? Read()
    {
        try
        {
            return JsonSerializer.Deserialize(SmallFile.Read(FilePath), TiersJson.Default.IsolationRecord);
        }
        catch (Exception problem) when (problem is FileNotFoundException)
        {
            return null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CommandFailure(
                problem is UnauthorizedAccessException ? ExitCode.NotPermitted : ExitCode.BadConfiguration,
                $"'{FilePath}' cannot be used: {OutputProblem.Of(problem)}",
                "it holds what groups had before; see the cpuset.mems files below /sys/fs/cgroup, and remove it");
        }
    }

    /// <summary>Writes it, whole or not at all.</summary>
    public void Write(IsolationRecord record) =>
        AtomicFile.Write(FilePath, JsonSerializer.Serialize(record, TiersJson.Indented.IsolationRecord) + "\n");

    /// <summary>Removes it: nothing is isolated any more.</summary>
    public void Remove() => File.Delete(FilePath);
}
