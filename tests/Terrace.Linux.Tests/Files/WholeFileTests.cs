using Terrace.Linux.Files;

namespace Terrace.Linux.Tests.Files;

public sealed class WholeFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;

    [Fact]
    public void A_file_and_its_folder_are_made_for_everybody_to_read_and_the_file_is_replaced_whole()
    {
        string path = Path.Combine(_folder, "state", "file");
        WholeFile.Write(path, "the first, which is longer"u8);

        // What a program that was killed left behind does not matter.
        string left = Path.Combine(Path.GetDirectoryName(path)!, ".file.0123456789abcdef.new");
        File.WriteAllText(left, "half of so");
        File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddMinutes(-2));
        WholeFile.Write(path, "second"u8);
        Assert.Equal("second", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(path));
        Assert.True(File.GetUnixFileMode(Path.GetDirectoryName(path)!).HasFlag(UnixFileMode.OtherExecute | UnixFileMode.OtherRead));
        WholeFile.Remove(path);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_file_that_cannot_be_replaced_stays_as_it_was()
    {
        string path = Path.Combine(_folder, "file");
        WholeFile.Write(path, "first"u8);
        string folder = Path.Combine(_folder, "folder");
        Directory.CreateDirectory(Path.Combine(folder, "in it"));
        Assert.Throws<IOException>(() => WholeFile.Write(folder, "second"u8));
        Assert.Throws<IOException>(() => WholeFile.Write(Path.Combine(path, "below"), "second"u8));
        Assert.Equal("first", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Nothing_is_written_through_a_link()
    {
        string path = Path.Combine(_folder, "file");
        string victim = Path.Combine(_folder, "victim");
        File.WriteAllText(victim, "as it was");
        File.CreateSymbolicLink(path, victim);
        File.CreateSymbolicLink(path + ".new", victim);
        UnixFileMode mode = File.GetUnixFileMode(victim);
        WholeFile.Write(path, "second"u8);
        Assert.Equal("as it was", File.ReadAllText(victim));
        Assert.Equal(mode, File.GetUnixFileMode(victim));
        Assert.Equal("second", File.ReadAllText(path));
        Assert.Null(new FileInfo(path).LinkTarget);
    }

    [Fact]
    public void What_is_private_is_its_users_alone()
    {
        string path = Path.Combine(_folder, "file");
        WholeFile.Write(path, "open"u8);
        WholeFile.Write(path, "private"u8, isPrivate: true);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal("private", File.ReadAllText(path));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
