using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Terrace.Host.Configuration;
using Terrace.Host.Control;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Host.Loop;
using Terrace.Linux.Processes;

namespace Terrace.Host.Daemon;

/// <summary>
/// Reads the configuration again when asked to, off the loop's thread, and puts it in force on it; a bad one changes nothing. One reload at
/// a time, so that the file that was read last is the one in force.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="loop">The loop's thread.</param>
/// <param name="follow">Puts a configuration in force; called on that thread.</param>
/// <param name="inForce">The configuration that is in force; called on that thread.</param>
/// <param name="misfit">Why this machine cannot have a configuration, null when it can; called on that thread.</param>
/// <param name="notifier">Is told that a reload begins and has ended.</param>
/// <param name="summary">How the daemon does; called on that thread.</param>
/// <param name="log">What became of it.</param>
internal sealed class ConfigurationReload(
    string path,
    ILoopThread loop,
    Action<DaemonConfiguration> follow,
    Func<DaemonConfiguration> inForce,
    Func<DaemonConfiguration, ConfigurationProblem?> misfit,
    ServiceNotifier notifier,
    Func<ServiceSummary> summary,
    ILogger log)
    : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private long _readAt = Stopwatch.GetTimestamp();

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Time since the configuration in force was read. For the loop's thread.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_readAt);

    /// <summary>Why the last attempt failed; null when it did not. For the loop's thread.</summary>
    public string? Problem { get; private set; }

    /// <summary>Reloads. For any thread but the loop's.</summary>
    public async Task<ControlResponse> RunAsync()
    {
        await _turn.WaitAsync();
        try
        {
            await loop.RunAsync(() => Tell(notifier.Reloading));
            try
            {
                DaemonConfiguration? read = ConfigurationFile.Load(
                path, out IReadOnlyList<ConfigurationProblem> problems, mayWait: false);
                return await loop.RunAsync(() => read is null ? Refuse(problems)
                    : misfit(read) is { } problem ? Refuse([problem])
                    : Take(read));
            }
            finally
            {
                // Whatever became of it: the service manager waits for this.
                await loop.RunAsync(() => Tell(() => notifier.Ready(summary())));
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Says what a reload would change, and changes nothing. For any thread but the loop's.</summary>
    public async Task<ControlResponse> TryAsync()
    {
        DaemonConfiguration? read = ConfigurationFile.Load(
                path, out IReadOnlyList<ConfigurationProblem> problems, mayWait: false);
        if (read is null)
        {
            return Refusal("the configuration would be refused", problems);
        }

        (DaemonConfiguration now, ConfigurationProblem? problem) = await loop.RunAsync(() => (inForce(), misfit(read)));
        if (problem is not null)
        {
            return Refusal("the configuration would be refused", [problem]);
        }

        ProcessIdentityReader reader = new();
        IEnumerable<ProcessIdentity> processes = reader.Pids().Select(pid => reader.Read(pid)).OfType<ProcessIdentity>();
        return new ControlResponse
        {
            Ok = true,
            Changes = [.. ConfigurationDiff.Between(now.Outline, read.Outline), .. ProcessMoves.Between(now, read, processes)],
        };
    }

    /// <summary>Reloads, with the log as the only one to be told. For any thread; returns at once.</summary>
    public void Post() => _ = LoggedAsync();

    public void Dispose() => _turn.Dispose();

    private async Task LoggedAsync()
    {
        try
        {
            await RunAsync();
        }
        catch (Exception fault)
        {
            DaemonLog.Fault(log, ControlCommand.Reload, fault);
        }
    }

    private static bool Tell(Action tell)
    {
        tell();
        return true;
    }

    private ControlResponse Refuse(IReadOnlyList<ConfigurationProblem> problems)
    {
        Problem = string.Join("; ", ConfigurationProblems.Lines(problems));
        DaemonLog.NotReloaded(log, Problem);
        return Refusal("the configuration stays as it was", problems);
    }

    private ControlResponse Refusal(string what, IReadOnlyList<ConfigurationProblem> problems) => ControlResponse.Failure(
        ExitCode.BadConfiguration,
        $"{what}: {string.Join("; ", ConfigurationProblems.Lines(problems))}",
        $"fix it, try terrace config check {path}, and reload");

    private ControlResponse Take(DaemonConfiguration configuration)
    {
        Problem = null;
        _readAt = Stopwatch.GetTimestamp();
        follow(configuration);
        DaemonLog.Reloaded(log, configuration.Rules.Count);
        string rules = configuration.Rules.Count == 1 ? "1 rule" : $"{configuration.Rules.Count} rules";
        return ControlResponse.Success($"configuration read again: {rules}");
    }
}
