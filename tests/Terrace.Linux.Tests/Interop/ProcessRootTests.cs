using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Tests.Interop;

public sealed class ProcessRootTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;

    [Theory]
    [InlineData("file")]
    [InlineData("./folder/../file")]
    [InlineData("link")]
    public void A_path_is_the_processs_own(string path)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "folder"));
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), "file");
        using Process process = Process.Start(new ProcessStartInfo("sleep", "600") { WorkingDirectory = _folder })!;
        Assert.Equal(0, FileStatus.TryRead(file, out FileStatus meant));
        foreach (string named in (string[])[path, Path.Combine(_folder, path), "/../.." + Path.Combine(_folder, path)])
        {
            Assert.Equal(0, ProcessRoot.TryOpen(process.Id, named, out SafeFileHandle? opened));
            Assert.Equal(0, FileStatus.TryRead(opened!, out FileStatus found));
            Assert.True(found.IsSameFile(meant), named);
            opened!.Dispose();
        }

        process.Kill();
    }

    [Fact]
    public void What_is_not_there_and_what_leads_by_way_of_proc_is_not_opened()
    {
        Assert.Equal(Errno.ENOENT, ProcessRoot.TryOpen(Environment.ProcessId, Path.Combine(_folder, "none"), out _));
        Assert.Equal(Errno.ELOOP, ProcessRoot.TryOpen(Environment.ProcessId, "/proc/self/cwd", out SafeFileHandle? opened));
        Assert.Null(opened);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
