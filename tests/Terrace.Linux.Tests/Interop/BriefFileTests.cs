using System.Text;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;
using Terrace.Tests;

namespace Terrace.Linux.Tests.Interop;

public sealed class BriefFileTests
{
    [Fact]
    public void A_files_text_is_read_with_no_garbage_and_one_that_is_missing_is_an_error_number()
    {
        byte[] text = new byte[4096];
        int read = 0;
        Assert.Equal(0, Garbage.Of(() => read = BriefFile.ReadOnce(Environment.ProcessId, "statm"u8, text)));
        Assert.Matches(@"^\d+ \d+ ", Encoding.ASCII.GetString(text, 0, read));
        Assert.Equal(-Errno.ENOENT, BriefFile.ReadOnce(int.MaxValue, "statm"u8, text));
        using BriefFile missing = BriefFile.OpenWrite("/proc/self/no-such-file\0"u8);
        Assert.Equal((Errno.ENOENT, -Errno.ENOENT), (missing.Error, missing.Write("1"u8)));
    }

    [Fact]
    public void Lines_of_two_feeds_that_are_read_in_turns_do_not_get_mixed_up()
    {
        string folder = Directory.CreateTempSubdirectory("terrace-feed-").FullName;
        try
        {
            string first = Path.Combine(folder, "first");
            string second = Path.Combine(folder, "second");
            File.WriteAllLines(first, Enumerable.Range(0, 5000).Select(i => $"first {i}"));
            File.WriteAllLines(second, Enumerable.Range(0, 5000).Select(i => $"second {i}"));
            LineFeed one = new(first);
            Assert.Equal(0, LinuxFile.TryOpenRead(second, out LinuxFile? kept));
            using LineFeed other = new(kept!);
            for (int reading = 0; reading < 2; reading++)
            {
                one.Restart();
                other.Restart();
                for (int i = 0; i < 5000; i++)
                {
                    Assert.True(one.TryNext(out ReadOnlySpan<byte> line));
                    Assert.Equal($"first {i}", Encoding.ASCII.GetString(line));
                    Assert.True(other.TryNext(out line));
                    Assert.Equal($"second {i}", Encoding.ASCII.GetString(line));
                }

                Assert.False(one.TryNext(out _));
                Assert.False(other.TryNext(out _));
                Assert.False(one.TryNext(out _));
                Assert.Equal((0, 0), (one.Error, other.Error));
            }

            File.Delete(first);
            one.Restart();
            Assert.False(one.TryNext(out _));
            Assert.Equal(Errno.ENOENT, one.Error);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
