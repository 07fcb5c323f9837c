using System.Diagnostics;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Tests.Files;

public sealed class StateFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;

    private string FilePath => Path.Combine(_folder, "state");

    [Fact]
    public void Its_lock_keeps_others_away_and_is_nobody_elses_to_hold()
    {
        using (new StateFile(FilePath).Lock())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath + ".lock"));
            Assert.Equal(Errno.EAGAIN, FileLock.TryTake(FilePath + ".lock", out FileLock? second));
            Assert.Null(second);
        }

        Assert.Equal(0, FileLock.TryTake(FilePath + ".lock", out FileLock? third));
        third!.Dispose();
    }

    [Fact]
    public void A_lock_that_everybody_could_open_is_closed_to_them()
    {
        File.WriteAllText(FilePath + ".lock", "");
        File.SetUnixFileMode(FilePath + ".lock", (UnixFileMode)Convert.ToInt32("666", 8));
        new StateFile(FilePath).Lock().Dispose();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath + ".lock"));
    }

    [Fact]
    public void A_lock_is_no_link()
    {
        string victim = Path.Combine(_folder, "victim");
        File.WriteAllText(victim, "");
        File.CreateSymbolicLink(FilePath + ".lock", victim);
        Assert.Throws<IOException>(() => new StateFile(FilePath).Lock());
    }

    [Fact]
    public async Task It_is_read_while_somebody_holds_its_lock()
    {
        StateFile file = new(FilePath);
        Assert.Null(file.Read());
        file.Write("what was"u8.ToArray());

        // Whoever may read it may do this: flock(1) opens it for reading.
        using Process holder = Process.Start(new ProcessStartInfo("flock", [FilePath, "-c", "echo held; sleep 600"])
        {
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Throws<IOException>(() => File.ReadAllBytes(FilePath));
        Assert.Equal("what was"u8.ToArray(), file.Read());
        file.Write("what is"u8.ToArray());
        Assert.Equal("what is"u8.ToArray(), file.Read());
        holder.Kill(entireProcessTree: true);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
