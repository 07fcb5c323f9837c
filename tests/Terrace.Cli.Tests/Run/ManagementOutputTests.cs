using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Run;

public sealed class ManagementOutputTests
{
    [Fact]
    public void A_full_disk_is_said_of_each_file_that_it_kept_from_being_written_and_the_summary_is_not_lost()
    {
        using FileStream events = Full();
        using FileStream summary = Full();
        CommandRun run = CommandRun.Of("simulate", "--for", "2s", "--events", Of(events), "--summary-json", Of(summary));
        Assert.Equal(ExitCode.CannotWrite, run.ExitCode);
        Assert.Contains("pages in fast memory", run.Out, StringComparison.Ordinal);
        Assert.Equal(
            [
                $"terrace: --summary-json: '{Of(summary)}' cannot be written: the disk is full — "
                    + "free some space, or name a file elsewhere",
                $"terrace: --events: '{Of(events)}' lacks events: the disk is full — all that was done is in the summary; "
                    + "free some space, or name a file elsewhere",
            ],
            run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void All_files_that_may_not_be_written_are_named_before_anything_is_done()
    {
        string folder = Directory.CreateTempSubdirectory("terrace-test").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "mine"), "mine");
            CommandRun run = CommandRun.Of(
                "simulate", "--for", "2s", "--events", folder, "--summary-json", $"{folder}/mine", "--heatmap", $"{folder}/no/x.svg");
            Assert.Equal((ExitCode.CannotWrite, ""), (run.ExitCode, run.Out));
            string[] lines = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(3, lines.Length);
            Assert.All(
                (string[])["--heatmap: ", "--summary-json: ", "--events: "],
                option => Assert.Single(lines, line => line.StartsWith("terrace: " + option, StringComparison.Ordinal)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_simulation_says_what_its_fixed_share_keeps_out_of_fast_memory()
    {
        CommandRun run = CommandRun.Of("simulate", "--for", "20s", "--fast", "40%");
        Assert.Matches(@"kept out by the share +\d+ MiB that fast memory has room for; --fast auto lets it in", run.Out);
        Assert.Equal("", run.Error);
        Assert.DoesNotContain("kept out", CommandRun.Of("simulate", "--for", "5s").Out, StringComparison.Ordinal);
    }

    private static FileStream Full() => new("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    private static string Of(FileStream open) => $"/proc/self/fd/{open.SafeFileHandle.DangerousGetHandle()}";
}
