using System.CommandLine;
using System.Text.Json;
using Terrace.Cli.Cooperation;
using Terrace.Cli.Hosting;
using Terrace.Cli.Output;
using Terrace.Host.Configuration;
using Terrace.Host.Failures;
using Terrace.Host.Kernel;
using Terrace.Linux;
using Terrace.Linux.Files;
using Terrace.Linux.Kernel;

namespace Terrace.Cli.Commands;

/// <summary><c>terrace kernel</c>: the kernel's own tiering, and how it works together with Terrace.</summary>
internal static class KernelCommand
{
    private const string Description = """
        Shows the kernel's settings about placement and what each means for Terrace; sets them, and puts back what they were.
        Showing needs no root.

        Examples:
          terrace kernel
          sudo terrace kernel --mode terrace
          sudo terrace kernel --set numa_balancing=0 --set demotion=on
          sudo terrace kernel --restore
          terrace kernel --json

        Modes:
          terrace    Terrace places pages; the kernel demotes only in an emergency: numa_balancing=0, demotion=on
          cooperate  the same settings, and Terrace tells the kernel which pages are hot and which cold, so that it demotes the right
                     ones: a daemon that has this mode in its configuration by itself, run and manage with --share-heat
          kernel     the kernel promotes and demotes by itself: numa_balancing=2, demotion=on

        What a setting was before the first change is kept in /run/terrace/kernel-before.json until --restore, and what a running
        daemon has changed by its own configuration (host.kernel) in /run/terrace/kernel-held.json until it ends.
        """;

    public static Command Create(CliConsole console)
    {
        Option<string[]> set = new("--set") { Description = "Set one of the settings; may be given several times.", HelpName = "NAME=VALUE", Arity = ArgumentArity.OneOrMore };
        Option<string> mode = new("--mode") { Description = "Set all that belongs to a mode: terrace, cooperate or kernel.", HelpName = "MODE", Arity = ArgumentArity.ExactlyOne };
        set.CompletionSources.Add(_ => new KernelSettings().Knobs.Where(knob => knob.ShownOnlyBecause is null).Select(knob => knob.Name + "="));
        mode.CompletionSources.Add([.. KernelMode.All.Select(known => known.Name)]);
        Option<bool> restore = new("--restore") { Description = "Put back what the settings were before terrace changed them." };
        Option<bool> json = new("--json") { Description = "Write JSON." };
        Command command = new("kernel", Description) { set, mode, restore, json };
        command.Validators.Add(result =>
        {
            if (new Option[] { set, mode, restore }.Count(option => result.GetResult(option) is not null) > 1)
            {
                result.AddError("--set, --mode and --restore exclude one another");
            }
        });
        command.SetAction(parsed =>
        {
            KernelSettings settings = new();
            KernelTuner tuner = new(settings, new KernelChanges(settings), new KernelHold(settings, KernelHold.PathIn(DaemonSettings.StandardRunFolder)));
            KernelChangeReport? changed = parsed.GetValue(set) is { Length: > 0 } assignments ? tuner.Set(assignments)
                : parsed.GetValue(mode) is { } name ? tuner.SetMode(name)
                : parsed.GetValue(restore) ? tuner.Restore() : null;
            if (changed is not null)
            {
                WriteChanges(console, changed, parsed.GetValue(json));
                return ExitCode.Ok;
            }

            using LinuxMachine machine = MachineAccess.Open();
            KernelReport report = KernelReport.Of(machine, new FileTree("/"), settings, tuner.Before(), tuner.StateFile());
            if (parsed.GetValue(json))
            {
                console.Out.WriteLine(JsonSerializer.Serialize(report, KernelJson.Indented.KernelReport));
            }
            else
            {
                KernelReportText.Write(console.Out, report);
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
            KernelReportText.Write(console.Out, report);
        }
    }
}
