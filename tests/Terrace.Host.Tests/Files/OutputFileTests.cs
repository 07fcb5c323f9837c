using System.Diagnostics;
using System.Text;
using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Linux.Interop;

namespace Terrace.Host.Tests.Files;

/// <summary>Files that users name: what is there is replaced whole and by its like, or refused and left as it is.</summary>
public sealed class OutputFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_check_leaves_nothing_behind_and_a_write_only_the_file()
    {
        OutputFile output = OutputFile.Check("--heatmap", At("heat.svg"), OutputContent.Picture);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
        output.Write(stream => stream.Write("<svg>"u8));
        Assert.Equal([At("heat.svg")], Directory.GetFileSystemEntries(_folder));
        Assert.Equal("<svg>", File.ReadAllText(At("heat.svg")));
    }

    [Fact]
    public void A_file_of_the_same_kind_is_replaced_as_a_whole()
    {
        File.WriteAllText(At("heat.svg"), "<svg>old and longer");
        using FileStream reader = File.OpenRead(At("heat.svg"));
        OutputFile.Check("--heatmap", At("heat.svg"), OutputContent.Picture).Write(stream => stream.Write("<svg>new"u8));
        Assert.Equal("<svg>new", File.ReadAllText(At("heat.svg")));

        // Who reads the old one reads it to its end.
        Assert.Equal("<svg>old and longer", new StreamReader(reader).ReadToEnd());
    }

    [Fact]
    public void Events_are_there_line_by_line()
    {
        File.WriteAllText(At("events"), "{\"event\":\"round\"}\n");
        using StreamWriter events = OutputFile.Check("--events", At("events"), OutputContent.Events).OpenText();
        Assert.Equal("", File.ReadAllText(At("events")));
        events.WriteLine("{}");
        events.Flush();
        Assert.Equal("{}\n", File.ReadAllText(At("events")));
        Assert.Equal([At("events")], Directory.GetFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData(0b110_100_000)]
    [InlineData(0b110_000_000)]
    [InlineData(0b110_110_110)]
    public void The_mode_of_what_is_replaced_stays(int mode)
    {
        File.WriteAllText(At("heat.svg"), "<svg>old");
        File.SetUnixFileMode(At("heat.svg"), (UnixFileMode)mode);
        OutputFile.Check("--heatmap", At("heat.svg"), OutputContent.Picture).Write(stream => stream.Write("<svg>new"u8));
        Assert.Equal(("<svg>new", mode), (File.ReadAllText(At("heat.svg")), (int)File.GetUnixFileMode(At("heat.svg"))));
    }

    [Fact]
    public void The_owner_of_what_is_replaced_stays_where_that_is_permitted()
    {
        Assert.SkipUnless(EffectiveUser.IsRoot, "only root may give files away");
        File.WriteAllText(At("events"), "{\"event\":\"round\"}\n");
        Give("events", "65534:65533");
        OutputFile.Check("--events", At("events"), OutputContent.Events).OpenText().Dispose();
        Assert.Equal(0, FileStatus.TryRead(At("events"), out FileStatus status));
        Assert.Equal((65534u, 65533u), (status.UserId, status.GroupId));
    }

    [Fact]
    public void A_file_that_somebody_else_put_into_a_folder_of_everybodys_is_not_replaced()
    {
        Assert.SkipUnless(EffectiveUser.IsRoot, "only root may give files away");
        File.WriteAllText(At("events"), "{\"event\":\"round\"}\n");
        Give("events", "65534:65534");
        File.SetUnixFileMode(_folder, (UnixFileMode)0b1_111_111_111);
        CommandFailure failure = Assert.Throws<CommandFailure>(() => OutputFile.Check("--events", At("events"), OutputContent.Events));
        Assert.Contains("belongs to another user (65534)", failure.Problem.What, StringComparison.Ordinal);
        Assert.Equal([At("events")], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void What_is_written_stays_in_the_folder_that_was_checked_whatever_its_path_leads_to_now()
    {
        Directory.CreateDirectory(At("checked"));
        Directory.CreateDirectory(At("other"));
        File.WriteAllText(At("other/heat.svg"), "<svg>mine");
        OutputFile output = OutputFile.Check("--heatmap", At("checked/heat.svg"), OutputContent.Picture);
        Directory.Move(At("checked"), At("moved"));
        File.CreateSymbolicLink(At("checked"), At("other"));
        output.Write(stream => stream.Write("<svg>new"u8));
        Assert.Equal("<svg>mine", File.ReadAllText(At("other/heat.svg")));
        Assert.Equal("<svg>new", File.ReadAllText(At("moved/heat.svg")));
        Assert.Equal([At("moved/heat.svg")], Directory.GetFileSystemEntries(At("moved")));
    }

    [Theory]
    [InlineData("root:x:0:0::/root:/bin/sh\n")]
    [InlineData("{\"mine\":1}")]
    [InlineData("\0")]
    public void Something_else_is_refused_and_stays_as_it_is(string text)
    {
        File.WriteAllText(At("mine"), text);
        foreach (OutputContent content in new[] { OutputContent.Events, OutputContent.Summary, OutputContent.Picture, OutputContent.Pages })
        {
            CommandFailure failure = Assert.Throws<CommandFailure>(() => OutputFile.Check("--x", At("mine"), content));
            Assert.Equal(ExitCode.CannotWrite, failure.ExitCode);
            Assert.Contains("--x: '", failure.Problem.What, StringComparison.Ordinal);
            Assert.Contains("exists and is not", failure.Problem.What, StringComparison.Ordinal);
        }

        Assert.Equal(text, File.ReadAllText(At("mine")));
    }

    [Fact]
    public void Links_folders_devices_and_paths_to_nowhere_are_refused()
    {
        File.WriteAllText(At("kept"), "<svg>");
        File.CreateSymbolicLink(At("link"), At("kept"));
        File.CreateSymbolicLink(At("dangling"), At("not-there"));
        foreach ((string path, string what) in new[]
        {
            (At("link"), "symbolic link"), (At("dangling"), "symbolic link"), (_folder, "folder"), ("/dev/full", "no file"),
            (At("no/such/heat.svg"), "no folder"), ("", "no path"), ("a\0b", "no path"),
        })
        {
            CommandFailure failure = Assert.Throws<CommandFailure>(() => OutputFile.Check("--heatmap", path, OutputContent.Picture));
            Assert.Contains(what, failure.Problem.What, StringComparison.Ordinal);
        }

        Assert.Equal("<svg>", File.ReadAllText(At("kept")));
        Assert.False(File.Exists(At("not-there")));
    }

    [Fact]
    public void A_write_that_fails_leaves_what_was_there()
    {
        File.WriteAllText(At("heat.svg"), "<svg>old");
        OutputFile output = OutputFile.Check("--heatmap", At("heat.svg"), OutputContent.Picture);
        CommandFailure failure = Assert.Throws<CommandFailure>(() => output.Write(stream =>
        {
            stream.Write(Encoding.UTF8.GetBytes("<svg>half"));
            throw new IOException("No space left on device : '/x'");
        }));
        Assert.Equal($"--heatmap: '{At("heat.svg")}' cannot be written: the disk is full", failure.Problem.What);
        Assert.Equal("<svg>old", File.ReadAllText(At("heat.svg")));
        Assert.Equal([At("heat.svg")], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void What_was_handed_over_open_is_written_to_as_it_is()
    {
        OutputFile.Check("--heatmap", "/dev/null", OutputContent.Picture).Write(stream => stream.Write("<svg>"u8));
        using FileStream open = new(At("open"), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        string path = $"/proc/self/fd/{open.SafeFileHandle.DangerousGetHandle()}";
        OutputFile.Check("--events", path, OutputContent.Events).Write(stream => stream.Write("{}\n"u8));
        Assert.Equal("{}\n", File.ReadAllText(At("open")));
    }

    [Fact]
    public void A_pipe_is_written_to_when_somebody_reads_it_and_refused_when_nobody_does()
    {
        string path = At("pipe");
        Process.Start("mkfifo", [path]).WaitForExit();
        CommandFailure failure = Assert.Throws<CommandFailure>(() => OutputFile.Check("--events", path, OutputContent.Events));
        Assert.Equal(new Problem($"--events: '{path}' is a pipe that nobody reads", "start its reader first"), failure.Problem);
        using Process reader = Process.Start(new ProcessStartInfo("cat", [path]) { RedirectStandardOutput = true })!;
        OutputFile? output = null;
        Assert.True(SpinWait.SpinUntil(() => TryCheck(path, out output), TimeSpan.FromSeconds(10)));
        using (StreamWriter events = output!.OpenText())
        {
            events.WriteLine("{}");
        }

        output.Dispose();
        Assert.Equal("{}\n", reader.StandardOutput.ReadToEnd());
    }

    private static bool TryCheck(string path, out OutputFile? output)
    {
        try
        {
            output = OutputFile.Check("--events", path, OutputContent.Events);
            return true;
        }
        catch (CommandFailure)
        {
            output = null;
            return false;
        }
    }

    private void Give(string name, string owner)
    {
        using Process change = Process.Start("chown", [owner, At(name)]);
        change.WaitForExit();
        Assert.Equal(0, change.ExitCode);
    }

    private string At(string name) => Path.Combine(_folder, name);
}
