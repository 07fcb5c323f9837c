using System.CommandLine;
using System.Text.Json;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Machine;
using Terrace.Host.Configuration;
using Terrace.Host.Failures;
using Terrace.Host.Kernel;
using Terrace.Linux;
using Terrace.Linux.Files;
using Terrace.Linux.Kernel;

namespace Terrace.Cli.Kernel;

/// <summary><c>terrace kernel</c>: the kernel's own tiering, and how it works together with Terrace.</summary>
internal static class KernelCommand
{
    private const string Description = """
        Show or set the kernel's own tiering

        Shows the kernel's settings about placement, and what each means for Terrace. It can also set them, and put back what
        they were. Showing needs no root.

        What a setting was before the first change is kept in /run/terrace/kernel-before.json until --restore. What a running
        daemon has changed by its configuration (host.kernel) is in /run/terrace/kernel-held.json until it ends.

        Modes:
          terrace    Terrace places pages; the kernel demotes only in an emergency: numa_balancing=0, demotion=on.
          cooperate  The same settings, and Terrace tells the kernel which pages are hot and which are cold, so that it
                     demotes the right ones: the daemon by itself in this mode, run and manage with --share-heat.
          kernel     The kernel promotes and demotes by itself: numa_balancing=2, demotion=on.

        Examples:
          terrace kernel
          sudo terrace kernel --mode terrace
          sudo terrace kernel --set numa_balancing=0 --set demotion=on
          sudo terrace kernel --restore
        """;

    public static Command Create(CliConsole console)
    {
        Option<string[]> set = new("--set")
        {
            Description = "Change a setting; can be repeated.",
            HelpName = "NAME=VALUE",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> mode = new("--mode")
        {
            Description = "Change all settings of a mode: terrace, cooperate or kernel.",
            HelpName = "MODE",
            Arity = ArgumentArity.ExactlyOne,
        };
        set.CompletionSources.Add(
            _ => new KernelSettings().Knobs.Where(knob => knob.ShownOnlyBecause is null)
                .SelectMany(knob => knob.Form.Words.Prepend("").Select(word => $"{knob.Name}={word}")));
        mode.CompletionSources.Add([.. KernelMode.All.Select(known => known.Name)]);
        Option<bool> restore = new("--restore") { Description = "Put back what the settings were before Terrace changed them." };
        UnitOption<TierChoice?> tiers = TierOption.Create();
        Option<bool> json = new("--json") { Description = "Write JSON." };
        Command command = new("kernel", Description) { set, mode, restore, tiers, json };
        command.Validators.Add(result =>
        {
            if (new Option[] { set, mode, restore }.Count(option => result.GetResult(option) is not null) > 1)
            {
                result.AddError("--set, --mode and --restore exclude one another");
            }

            if (new Option[] { set, mode, restore }.FirstOrDefault(option => result.GetResult(option) is not null) is { } change
                && result.GetResult(tiers) is { Implicit: false })
            {
                result.AddError($"{TierOption.Name} does nothing with {change.Name}: it is for what is shown; leave one of them out");
            }
        });
        command.SetAction(parsed =>
        {
            KernelSettings settings = new();
            KernelTuner tuner = new(
                settings,
                new KernelChanges(settings),
                new KernelHold(settings, KernelHold.PathIn(DaemonSettings.StandardRunFolder)),
                () => MachineAccess.RequireRoot("kernel", "changes settings of the kernel, which only root may"));
            KernelChangeReport? changed = parsed.GetValue(set) is { Length: > 0 } assignments ? tuner.Set(assignments)
                : parsed.GetValue(mode) is { } name ? tuner.SetMode(name)
                : parsed.GetValue(restore) ? tuner.Restore() : null;
            if (changed is not null)
            {
                WriteChanges(console, changed, parsed.GetValue(json));
                return ExitCode.Ok;
            }

            using LinuxMachine machine = MachineAccess.Open(tiers.In(parsed));
            KernelReport report = KernelReport.Of(machine, new FileTree("/"), settings, tuner.Before(), tuner.StateFile());
            if (parsed.GetValue(json))
            {
                console.Out.WriteLine(JsonSerializer.Serialize(report, KernelJson.Indented.KernelReport));
            }
            else
            {
                KernelReportText.Write(console.Text, report);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static void WriteChanges(CliConsole console, KernelChangeReport report, bool json)
    {
        if (json)
        {
            console.Out.WriteLine(JsonSerializer.Serialize(report, KernelJson.Indented.KernelChangeReport));
        }
        else
        {
            KernelReportText.Write(console.Text, report);
        }
    }
}
