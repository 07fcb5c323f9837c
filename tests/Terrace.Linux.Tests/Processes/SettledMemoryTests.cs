using System.Security.Cryptography;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;
using Terrace.Linux.Processes;

namespace Terrace.Linux.Tests.Processes;

/// <summary>This process's own mappings, on the kernel that runs the tests.</summary>
public sealed unsafe class SettledMemoryTests
{
    private const string OwnMappings = "/proc/self/smaps";
    private const int PageBytes = 4096;
    private const long SYS_mprotect = 10;
    private const int PROT_READ = 1;
    private const int PROT_WRITE = 2;
    private const int PROT_EXEC = 4;
    private const int MAP_PRIVATE = 2;

    [Fact]
    public void What_is_given_back_comes_again_as_it_was()
    {
        // Programs that this process maps, as they read through the kernel: that brings every page in, and tells errors where a
        // pointer would end the process.
        Dictionary<UnwrittenMapping, string?> before = Find().ToDictionary(one => one.Mapping, one => ContentOf(one.Mapping));
        long resident = Find().Sum(one => one.ResidentBytes);
        SettledMemory memory = new();
        memory.Note();
        Assert.InRange(memory.GiveBack(), 1 << 20, long.MaxValue);
        Assert.InRange(Find().Sum(one => one.ResidentBytes), 0, resident - (1 << 20));
        UnwrittenMapping[] after = [.. Find().Select(one => one.Mapping).Where(before.ContainsKey)];
        Assert.NotEmpty(after);
        Assert.All(after, mapping => Assert.Equal(before[mapping], ContentOf(mapping)));
    }

    [Fact]
    public void Nothing_is_given_back_of_what_was_not_noted_before() => Assert.Equal(0, new SettledMemory().GiveBack());

    [Fact]
    public void A_page_that_was_written_and_made_read_only_again_is_never_among_what_can_be_given_back()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, new byte[3 * PageBytes]);
            using FileStream file = File.OpenRead(path);
            byte* mapped = (byte*)Libc.MMap(
                null, 3 * PageBytes, PROT_READ | PROT_EXEC, MAP_PRIVATE, (int)file.SafeFileHandle.DangerousGetHandle(), 0);
            Assert.SkipWhen((nint)mapped == -1, "programs may not run from the folder for temporary files");
            try
            {
                // One page is written, another only could have been.
                Protect(mapped + PageBytes, 2, PROT_READ | PROT_WRITE);
                mapped[PageBytes] = 42;
                Protect(mapped + PageBytes, 1, PROT_READ | PROT_EXEC);
                Protect(mapped + (2 * PageBytes), 1, PROT_READ);
                AddressRange[] found =
                [
                    .. Find()
                        .Select(one => one.Mapping.Range)
                        .Where(range => range.Start >= (ulong)mapped && range.End <= (ulong)mapped + (3 * PageBytes)),
                ];
                Assert.Equal([new AddressRange((ulong)mapped, (ulong)mapped + PageBytes)], found);
            }
            finally
            {
                _ = Libc.MUnmap(mapped, 3 * PageBytes);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Protect(byte* start, int pages, int protection) =>
        Assert.Equal(0, Libc.SystemCall(SYS_mprotect, (nint)start, pages * PageBytes, protection, 0, 0, 0));

    private static List<(UnwrittenMapping Mapping, long ResidentBytes)> Find()
    {
        List<(UnwrittenMapping Mapping, long ResidentBytes)> found = [];
        Assert.Equal(0, UnwrittenMapping.Find(OwnMappings, found));
        Assert.NotEmpty(found);
        return found;
    }

    private static string? ContentOf(UnwrittenMapping mapping)
    {
        Assert.Equal(0, LinuxFile.TryOpenRead("/proc/self/mem", out LinuxFile? memory));
        using (memory)
        {
            byte[] bytes = new byte[mapping.Range.End - mapping.Range.Start];
            int read = memory!.ReadFully((long)mapping.Range.Start, bytes);
            return read > 0 ? Convert.ToHexString(SHA256.HashData(bytes.AsSpan(0, read))) : null;
        }
    }
}
