using Terrace.Host.Failures;

namespace Terrace.Cli.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--size 0", "--size")]
    [InlineData("--size lots", "--size")]
    [InlineData("--size -5M", "--size")]
    [InlineData("--hot 0%", "--hot")]
    [InlineData("--hot 101%", "--hot")]
    [InlineData("--hot half", "--hot")]
    [InlineData("--share 1.5", "--share")]
    [InlineData("--phase 0s", "--phase")]
    [InlineData("--phase soon", "--phase")]
    [InlineData("--zipf 0", "--zipf")]
    [InlineData("--zipf steep", "--zipf")]
    [InlineData("--write 200%", "--write")]
    [InlineData("--huge-pages maybe", "--huge-pages")]
    [InlineData("--huge-pages true", "--huge-pages")]
    [InlineData("--threads 0", "--threads")]
    [InlineData("--threads 1.5", "--threads")]
    [InlineData("--seed -1", "--seed")]
    [InlineData("--for 0s", "--for")]
    [InlineData("--for", "--for")]
    [InlineData("--report-every 1ms", "--report-every")]
    [InlineData("--fast 130%", "--fast")]
    [InlineData("--scatter --contiguous", "--scatter")]
    [InlineData("--zipf 1 --sequential", "--zipf")]
    [InlineData("--colour red", "--colour")]
    public void Nonsense_for_exercise_is_refused_by_name(string options, string named) => Refused($"exercise {options}", named);

    [Theory]
    [InlineData("--fast 0%", "--fast")]
    [InlineData("--fast 101%", "--fast")]
    [InlineData("--fast -3G", "--fast")]
    [InlineData("--fast much", "--fast")]
    [InlineData("--fast 100", "--fast")]
    [InlineData("--interval 1s..10ms", "--interval")]
    [InlineData("--interval 0s..1s", "--interval")]
    [InlineData("--interval often", "--interval")]
    [InlineData("--interval 1s..", "--interval")]
    [InlineData("--scans 2", "--scans")]
    [InlineData("--scans 11", "--scans")]
    [InlineData("--rate-limit 1", "--rate-limit")]
    [InlineData("--rate-limit fast", "--rate-limit")]
    [InlineData("--headroom 100%", "--headroom")]
    [InlineData("--headroom -1%", "--headroom")]
    [InlineData("--heatmap picture.gif", "--heatmap")]
    [InlineData("--heatmap a.svg --heatmap-size 100x100", "--heatmap-size")]
    [InlineData("--heatmap a.svg --heatmap-size large", "--heatmap-size")]
    [InlineData("--heatmap-size 1000x1000", "--heatmap FILE")]
    [InlineData("--heatmap", "--heatmap")]
    public void Nonsense_for_managing_commands_is_refused_by_name(string options, string named)
    {
        Refused($"manage --pid 1 {options}", named);
        Refused($"run {options} -- true", named);
        Refused($"simulate {options}", named);
    }

    [Theory]
    [InlineData("nonsense", "nonsense")]
    [InlineData("simulate --summary-json --dry-run", "--summary-json needs a value: ")]
    [InlineData("simulate --fast --for 1s", "--fast needs a value: ")]
    [InlineData("exercise --pages-to --no-measure", "--pages-to needs a value: ")]
    [InlineData("manage 1 --events --json=true", "--events needs a value: ")]
    [InlineData("targets --jsno", "'--jsno' is not known to targets; did you mean --json?")]
    [InlineData("config check --bogus", "'--bogus' is not known to check")]
    [InlineData("layout show --bogus", "'--bogus' is not known to show")]
    [InlineData("scan --bogus", "'--bogus' is not known to scan")]
    [InlineData("--json topology", "'--json' stands before its command; it belongs after it")]
    [InlineData("simulate --for 1s --events a --summary-json ./a", "--summary-json and --events name the same file: './a'")]
    [InlineData("--nonsense", "--nonsense")]
    [InlineData("manage", "PROCESS is missing")]
    [InlineData("manage 0", "'0'")]
    [InlineData("manage 99999999999", "out of range")]
    [InlineData("manage --pid 1,99999999999", "out of range")]
    [InlineData("manage --pid 0", "'0'")]
    [InlineData("manage --pid -4", "-4")]
    [InlineData("manage --pid init", "init")]
    [InlineData("manage --pid 12x", "12x")]
    [InlineData("manage --pid 1 --tracker guess", "guess")]
    [InlineData("scan", "scan")]
    [InlineData("scan 99999999999", "out of range")]
    [InlineData("scan -4", "'-4' is not a process number")]
    [InlineData("explain me 7f0000000000", "'me' is not a process number")]
    [InlineData("scan 1 2", "2")]
    [InlineData("scan 1 --scans 16", "--scans")]
    [InlineData("scan 1 --interval never", "--interval")]
    [InlineData("scan 1 --top -1", "--top")]
    [InlineData("run", "CMD... is missing")]
    [InlineData("run --bogus -- ls", "'--bogus' is not known to run")]
    [InlineData("run --fats 40% -- ls", "did you mean --fast?")]
    [InlineData("set databases --fast 40", "'40' has no unit")]
    [InlineData("set databases --fast", "--fast needs a value: --fast SHARE")]
    [InlineData("set databases", "--fast SHARE is missing")]
    [InlineData("explain", "PID is missing")]
    [InlineData("explain 1", "ADDRESS is missing")]
    [InlineData("simulate --seed 1 --seed 2", "--seed takes one value")]
    [InlineData("simulate --seed 4294967296", "out of range")]
    [InlineData("simulate --fast 99999999999G", "out of range")]
    [InlineData("simulate --for 99999999d", "out of range")]
    [InlineData("layout", "takes one of show, stripe")]
    [InlineData("layout stripe x --block 100", "100 pages")]
    [InlineData("run --fast", "--fast")]
    [InlineData("simulate --workload tetris", "tetris")]
    [InlineData("simulate --seed x", "--seed")]
    [InlineData("topology extra", "extra")]
    [InlineData("run --allocate everywhere -- true", "everywhere")]
    [InlineData("tiers sideways", "sideways")]
    [InlineData("tiers online", "online")]
    [InlineData("tiers offline dax0.0 dax0.1", "dax0.1")]
    [InlineData("tiers isolate --except", "--except")]
    [InlineData("kernel extra", "extra")]
    [InlineData("kernel --set", "--set")]
    [InlineData("kernel --set numa_balancing", "numa_balancing")]
    [InlineData("kernel --set =1", "=1")]
    [InlineData("kernel --set numa_balance=1", "numa_balance")]
    [InlineData("kernel --set numa_balancing=9", "'9'")]
    [InlineData("kernel --set numa_balancing=", "numa_balancing")]
    [InlineData("kernel --set demotion=perhaps", "'perhaps'")]
    [InlineData("kernel --set watermark_scale_factor=3001", "'3001'")]
    [InlineData("kernel --set transparent_hugepage=[never]", "'[never]'")]
    [InlineData("kernel --set min_free_kbytes=-1", "min_free_kbytes")]
    [InlineData("kernel --mode", "--mode")]
    [InlineData("kernel --mode quick", "'quick'")]
    [InlineData("kernel --mode quick --restore", "--restore")]
    [InlineData("kernel --set numa_balancing=9 --mode quick", "--mode")]
    [InlineData("doctor extra", "extra")]
    [InlineData("layout stripe x --nodes 0,x", "--nodes")]
    [InlineData("layout stripe x --block 5", "--block")]
    [InlineData("layout stripe x --block 0", "--block")]
    [InlineData("layout push x", "--node")]
    [InlineData("layout push x --node 5000", "--node")]
    [InlineData("layout set x", "set")]
    [InlineData("layout push x --node 1 --on-full wait", "--on-full")]
    [InlineData("layout push x --node 1 --rate-limit 1", "--rate-limit")]
    [InlineData("layout push x --node 1 --slice 32M", "--slice")]
    [InlineData("layout plan", "plan")]
    [InlineData("layout plan x --fast 0%", "--fast")]
    [InlineData("layout plan x --block 3", "--block")]
    [InlineData("layout plan x --scans 0", "--scans")]
    [InlineData("layout plan x --interval soon", "--interval")]
    [InlineData("layout plan x --tracker eyes", "--tracker")]
    [InlineData("layout plan x --output", "--output")]
    public void Other_nonsense_is_refused_by_name(string line, string named) => Refused(line, named);

    [Fact]
    public void Version_is_one_line_that_begins_with_the_number()
    {
        CommandRun run = CommandRun.Of("--version");
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+( \([0-9a-f]{4,9}(, modified)?\))?\n$", run.Out);
        Assert.Equal(run, CommandRun.Of("-V"));
    }

    [Theory]
    [InlineData("simulate --fast 30% --dry-run --for 1s", "simulate -f 30% -n --for 1s")]
    [InlineData("manage --pid 0", "manage -p 0")]
    [InlineData("set x --fast no", "set x -f no")]
    [InlineData("daemon --config /no/such/file --run-folder /no", "daemon -c /no/such/file --run-folder /no")]
    [InlineData("events --follow --run-folder /no", "events -f --run-folder /no")]
    public void Short_names_mean_the_same(string line, string shorter) =>
        Assert.Equal(CommandRun.Of(line.Split(' ')), CommandRun.Of(shorter.Split(' ')));

    [Fact]
    public void A_name_that_no_process_has_is_said_before_this_machine_is_asked_for_tiers()
    {
        foreach (string command in (string[])["scan", "manage"])
        {
            CommandRun run = CommandRun.Of(command, "no-such-program");
            Assert.Equal((ExitCode.NoSuchProcess, ""), (run.ExitCode, run.Out));
            Assert.Contains("no process is named 'no-such-program'", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Without_a_command_help_is_shown()
    {
        CommandRun run = CommandRun.Of();
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(CommandRun.Of("--help"), run);
    }

    [Fact]
    public void The_help_that_is_pointed_to_is_the_subcommands() =>
        Assert.Contains(
            "see terrace tiers isolate --help", CommandRun.Of("tiers", "isolate", "--nonsense").Error, StringComparison.Ordinal);

    [Fact]
    public void A_word_that_starts_with_an_at_sign_is_no_file_of_arguments() => Refused("exercise @/etc/passwd", "@/etc/passwd");

    private static void Refused(string line, string named)
    {
        CommandRun run = CommandRun.Of(line.Split(' '));
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Equal("", run.Out);
        string message = Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("terrace: ", message, StringComparison.Ordinal);
        Assert.Equal(2, message.Split(" — ").Length);
        Assert.DoesNotContain("Required", message, StringComparison.Ordinal);
        Assert.Contains(named, message, StringComparison.Ordinal);
    }
}
