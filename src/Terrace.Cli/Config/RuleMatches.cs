using System.Text.Json;
using Terrace.Cli.Terminal;
using Terrace.Host.Configuration;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;

namespace Terrace.Cli.Config;

/// <summary><c>terrace config match</c>: which processes each rule takes, or what each rule says of one process.</summary>
internal sealed class RuleMatches(CliConsole console, DaemonConfiguration configuration, bool json)
{
    private readonly ProcessIdentityReader _reader = new();
    private int _hidden;

    /// <summary>All processes, or one.</summary>
    public int Show(int? pid)
    {
        int exitCode = pid is { } one ? Explain(one) : ShowAll();
        if (_hidden > 0)
        {
            console.ErrorText.WriteText(
                $"terrace: note: only root may see the program of {Counted.Of(_hidden, "process")}: a daemon may decide otherwise there; "
                    + "run it with sudo");
        }

        return exitCode;
    }

    private int ShowAll()
    {
        TextTable table = new("PID", "rule", "fast", "user", "program", "control group");
        HashSet<TargetRule> used = new(ReferenceEqualityComparer.Instance);
        int taken = 0;
        int others = 0;
        foreach (int pid in _reader.Pids())
        {
            if (_reader.Read(pid) is not { } process)
            {
                continue;
            }

            NoteHidden(process);
            if (configuration.RuleFor(process) is not { } rule)
            {
                others++;
                continue;
            }

            taken++;
            used.Add(rule);
            RuleTaking taking = new() { Pid = pid, Rule = rule.Name, Fast = FastOf(rule), Process = process };
            if (json)
            {
                console.Out.WriteLine(JsonSerializer.Serialize(taking, RuleTakingJson.Default.RuleTaking));
                continue;
            }

            table.Add(
                $"{pid}",
                rule.Name,
                taking.Fast,
                process.UserName ?? process.UserId ?? "",
                process.Vm is { } vm ? $"guest {vm}" : process.Executable ?? process.Comm ?? "",
                process.Cgroup ?? "");
        }

        if (!json)
        {
            Write(table, taken, others, [.. configuration.Rules.Where(rule => !used.Contains(rule))]);
        }

        return ExitCode.Ok;
    }

    private void Write(TextTable table, int taken, int others, List<TargetRule> idle)
    {
        if (taken > 0)
        {
            console.Text.Write(table);
        }

        foreach (TargetRule rule in idle.Take(ConfigurationProblems.Most))
        {
            console.Out.WriteLine($"{rule.Name}: no process");
        }

        if (idle.Count > ConfigurationProblems.Most)
        {
            console.Out.WriteLine($"and {Counted.Of(idle.Count - ConfigurationProblems.Most, "more rule")} without a process");
        }

        console.Text.WriteText(
            $"{taken} matched by {Counted.Of(configuration.Rules.Count, "rule")}; "
                + $"{others} {(others == 1 ? "other is" : "others are")} left alone");
    }

    // The link to the program of another user's process (proc_pid_exe(5)) takes the right to trace it.
    private void NoteHidden(ProcessIdentity process) => _hidden += process.Executable is null && !EffectiveUser.IsRoot ? 1 : 0;

    // Every rule up to the one that decides, and why.
    private int Explain(int pid)
    {
        ProcessIdentity process = _reader.Read(pid)
            ?? throw new CommandFailure(
                ExitCode.NoSuchProcess, $"there is no process {pid}, or it is a kernel thread", "give the number that ps or pidof shows");
        NoteHidden(process);
        List<RuleAnswer> answers = [];
        TargetRule? deciding = null;
        foreach (TargetRule rule in configuration.Rules)
        {
            string? because = rule.WhyNot(process);
            deciding = because is null ? rule : null;
            answers.Add(
                new RuleAnswer
                {
                    Pid = pid,
                    Rule = rule.Name,
                    Taken = because is null,
                    Because = because ?? (rule.Exclude ? "it is left alone (exclude)" : $"fast {rule.Fast}"),
                });
            if (deciding is not null)
            {
                break;
            }
        }

        if (json)
        {
            foreach (RuleAnswer answer in answers)
            {
                console.Out.WriteLine(JsonSerializer.Serialize(answer, RuleTakingJson.Default.RuleAnswer));
            }

            return ExitCode.Ok;
        }

        console.Text.WriteNextTo(
            [$"{pid} {process.Comm}: "],
            string.Join(
                ", ",
                MatchKey.All.Select(key => (key, Fact: key.Of(process))).Where(one => one.Fact is not null)
                    .Select(one => $"{one.key} {one.Fact}")));
        foreach (RuleAnswer answer in answers)
        {
            console.Text.WriteNextTo([$"  {answer.Rule}: "], $"{(answer.Taken ? "matches" : "no")}: {answer.Because}");
        }

        console.Text.WriteText(
            deciding is null ? "no rule matches it: it is left alone"
                : (configuration.Rules.Count - answers.Count) switch
                {
                    0 => "no rule comes after that one",
                    1 => "1 rule comes after that one and is not asked",
                    int rest => $"{rest} rules come after that one and are not asked",
                });
        return ExitCode.Ok;
    }

    private static string FastOf(TargetRule rule) => rule.Exclude ? "left alone" : rule.Fast.ToString();
}
