using System.Text;
using Terrace.Cli.Exercise;
using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Exercise;

/// <summary><c>exercise --shared</c> writes over all of its file, so it must be nobody's.</summary>
public sealed class ArenaFileTests : IDisposable
{
    private const long Bytes = 64 << 12;

    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_new_file_is_made_and_another_exercise_may_share_and_enlarge_it()
    {
        ArenaFile.Open(At("new"), Bytes).Dispose();
        Assert.Equal(Bytes, new FileInfo(At("new")).Length);
        ArenaFile.Open(At("new"), Bytes / 2).Dispose();
        Assert.Equal(Bytes, new FileInfo(At("new")).Length);
        ArenaFile.Open(At("new"), Bytes * 2).Dispose();
        Assert.Equal(Bytes * 2, new FileInfo(At("new")).Length);
    }

    [Fact]
    public void More_than_its_file_system_has_left_is_refused_before_a_page_is_taken_and_nothing_is_left_behind()
    {
        CommandFailure failure = Assert.Throws<CommandFailure>(() => ArenaFile.Open(At("huge"), 1L << 60));
        Assert.Equal(ExitCode.CannotWrite, failure.ExitCode);
        Assert.Contains("has no room for 1 EiB: its file system has ", failure.Problem.What, StringComparison.Ordinal);
        Assert.False(File.Exists(At("huge")));

        // One that was there stays, as it was.
        ArenaFile.Open(At("ours"), Bytes).Dispose();
        Assert.Throws<CommandFailure>(() => ArenaFile.Open(At("ours"), 1L << 60));
        Assert.Equal(Bytes, new FileInfo(At("ours")).Length);
    }

    [Theory]
    [InlineData("important-record-0001 lives here\n")]
    [InlineData("")]
    [InlineData("\0\0\0\0")]
    public void A_file_that_exists_is_refused_and_stays_as_it_is(string text)
    {
        File.WriteAllText(At("precious.db"), text);
        CommandFailure failure = Assert.Throws<CommandFailure>(() => ArenaFile.Open(At("precious.db"), Bytes));
        Assert.Equal(ExitCode.CannotWrite, failure.ExitCode);
        Assert.Contains("no exercise made it", failure.Problem.What, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(At("precious.db")));
    }

    [Fact]
    public void A_preallocated_file_of_zeros_is_refused()
    {
        using (FileStream file = File.Create(At("disk.img")))
        {
            file.SetLength(Bytes);
        }

        Assert.Throws<CommandFailure>(() => ArenaFile.Open(At("disk.img"), Bytes));
        Assert.True(File.ReadAllBytes(At("disk.img")).AsSpan().IndexOfAnyExcept((byte)0) < 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Bytes)]
    public void An_empty_file_on_tmpfs_is_memory_that_nobody_uses(long holes)
    {
        string path = Path.Combine("/dev/shm", Path.GetFileName(_folder));
        try
        {
            using (FileStream file = File.Create(path))
            {
                file.SetLength(holes);
            }

            ArenaFile.Open(path, Bytes).Dispose();
            Assert.Equal(Bytes, new FileInfo(path).Length);

            // One byte of somebody's is enough to keep it.
            File.Delete(path);
            File.WriteAllBytes(path, [0]);
            Assert.Throws<CommandFailure>(() => ArenaFile.Open(path, Bytes));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Links_folders_and_devices_are_refused_and_what_links_name_is_not_touched()
    {
        File.WriteAllText(At("kept"), "kept");
        File.CreateSymbolicLink(At("link"), At("kept"));
        File.CreateSymbolicLink(At("dangling"), At("not-there"));
        foreach ((string path, string what) in new[]
        {
            (At("link"), "symbolic link"), (At("dangling"), "symbolic link"), (_folder, "folder"), ("/dev/null", "no file"),
            (At("no/such/file"), "no folder"), ("", "name is empty"),
        })
        {
            Assert.Contains(what, Assert.Throws<CommandFailure>(() => ArenaFile.Open(path, Bytes)).Problem.What, StringComparison.Ordinal);
        }

        Assert.Equal("kept", File.ReadAllText(At("kept"), Encoding.UTF8));
        Assert.False(File.Exists(At("not-there")));
    }

    private string At(string name) => Path.Combine(_folder, name);
}
