using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Tests.Files;

public sealed class SmallFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16384)]
    [InlineData(16385)]
    [InlineData(100_000)]
    public void A_file_is_read_whole_up_to_the_limit_and_not_beyond(int bytes)
    {
        string path = Path.Combine(_folder, "file");
        byte[] text = [.. Enumerable.Range(0, bytes).Select(i => (byte)(i * 7))];
        File.WriteAllBytes(path, text);
        Assert.Equal(0, SmallFile.TryRead(path, bytes, out byte[]? read));
        Assert.Equal(text, read);
        Assert.Equal(0, SmallFile.TryRead(path, int.MaxValue - 1, out read));
        Assert.Equal(text, read);
        if (bytes > 0)
        {
            Assert.Equal(Errno.EFBIG, SmallFile.TryRead(path, bytes - 1, out read));
            Assert.Null(read);
        }
    }

    [Fact]
    public void What_never_ends_is_too_large() => Assert.Equal(Errno.EFBIG, SmallFile.TryRead("/dev/zero", 1 << 20, out _));

    [Fact]
    public void What_cannot_be_read_is_told_in_words()
    {
        Assert.Throws<FileNotFoundException>(() => SmallFile.Read(Path.Combine(_folder, "none")));
        Assert.Throws<FileNotFoundException>(() => SmallFile.Read("/dev/null/none"));
        Assert.Equal($"'{_folder}' is a folder", Assert.Throws<IOException>(() => SmallFile.Read(_folder)).Message);
        Assert.Equal("'/dev/zero' has more than 64 KiB", Assert.Throws<IOException>(() => SmallFile.Read("/dev/zero", 65536)).Message);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
