using Terrace.Linux.Files;
using Terrace.Linux.Processes;

namespace Terrace.Linux.Tests.Processes;

public sealed class GroupFileTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("terrace-").FullName;

    private string Etc => Path.Combine(_root, "etc", "group");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void The_number_is_that_of_the_file_as_it_is_now()
    {
        GroupFile group = new(new FileTree(_root), "terrace");
        Assert.Null(group.Number);
        Directory.CreateDirectory(Path.GetDirectoryName(Etc)!);
        File.WriteAllText(Etc, "root:x:0:\nterraces:x:5:\nterrace\nterrace:x:many:\nterrace:x:998:anna,otto\n");
        Assert.Equal(998u, group.Number);
        Assert.Equal(998u, group.Number);

        // As groupadd(8) replaces it.
        File.WriteAllText(Etc + "-", "terrace:x:997:\n");
        File.Move(Etc + "-", Etc, overwrite: true);
        Assert.Equal(997u, group.Number);
        File.Delete(Etc);
        Assert.Null(group.Number);
    }

    [Fact]
    public void One_who_locks_the_file_keeps_nobody_from_reading_it()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Etc)!);
        File.WriteAllText(Etc, "terrace:x:998:\n");

        // FileShare.None is flock(LOCK_EX).
        using FileStream locked = new(Etc, FileMode.Open, FileAccess.Read, FileShare.None);
        Assert.ThrowsAny<IOException>(() => File.ReadAllText(Etc));
        Assert.Equal(998u, new GroupFile(new FileTree(_root), "terrace").Number);
    }
}
