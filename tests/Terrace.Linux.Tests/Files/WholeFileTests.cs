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
        File.WriteAllText(path + ".new", "half of so");
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
        Directory.CreateDirectory(path + ".new");
        Assert.ThrowsAny<Exception>(() => WholeFile.Write(path, "second"u8));
        Assert.Equal("first", File.ReadAllText(path));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
