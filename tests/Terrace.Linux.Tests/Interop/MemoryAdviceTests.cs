using System.Diagnostics;
using Terrace.Core.Units;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Tests.Interop;

public sealed unsafe class MemoryAdviceTests
{
    private const int Pages = 4096;

    [Fact]
    public void Pages_that_are_refused_are_taken_out_and_all_others_are_kept()
    {
        Assert.Equal(0, AnonymousMemory.TryMap(Pages * Chunk.PageBytes, out AnonymousMemory? memory));
        using (memory)
        {
            Assert.Equal(0, memory!.UseHugePages(false));
            for (int page = 0; page < Pages; page++)
            {
                memory.Address[page * Chunk.PageBytes] = (byte)page;
            }

            // More ranges than one call takes, and among them pages that are nowhere mapped.
            ulong start = (ulong)memory.Address;
            ulong[] mapped =
            [
                .. Enumerable.Range(0, Pages)
                    .Where(page => page % 3 > 0 || page % 64 == 0)
                    .Select(page => start + ((ulong)page << Chunk.PageShift)),
            ];
            ulong[] unmapped = [1UL << 12, 2UL << 12, 9UL << 12];
            ulong[] pages = [.. unmapped, .. mapped];
            Assert.Equal(0, PidFd.TryOpen(Environment.ProcessId, out PidFd? self));
            using (self)
            {
                int kept = MemoryAdvice.MakeCold(self!, pages);
                Assert.SkipWhen(kept == 0, "process_madvise is not there, or not permitted");
                Assert.Equal(mapped, pages[..kept]);
            }

            Assert.True(Enumerable.Range(0, Pages).All(page => memory.Address[page * Chunk.PageBytes] == (byte)page));
        }
    }

    [Fact]
    public void A_process_that_has_gone_has_no_pages()
    {
        using Process child = Process.Start("/bin/sleep", "60");
        Assert.Equal(0, PidFd.TryOpen(child.Id, out PidFd? pidFd));
        using (pidFd)
        {
            child.Kill();
            child.WaitForExit();
            ulong[] pages = [1UL << 12];
            Assert.Equal(0, MemoryAdvice.MakeCold(pidFd!, pages));
        }
    }
}
