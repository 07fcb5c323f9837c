using System.Globalization;
using System.Runtime.InteropServices;
using Terrace.Core.Units;
using Terrace.Linux.Clearers;
using Terrace.Linux.HugePages;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Tests.HugePages;

/// <summary>Huge pages of the tests' own process, as its kernel splits and joins them.</summary>
public sealed unsafe partial class KernelHugePagesTests : IDisposable
{
    private const int Chunks = 4;
    private static readonly KernelRelease s_oldKernel = KernelRelease.Parse("6.0.0");
    private readonly AnonymousMemory _memory;
    private readonly PidFd _self;
    private readonly byte* _base;

    public KernelHugePagesTests()
    {
        Assert.Equal(0, AnonymousMemory.TryMap((Chunks + 1) * (long)Chunk.Bytes, out AnonymousMemory? memory));
        _memory = memory!;
        _base = (byte*)(((ulong)_memory.Address + Chunk.Bytes - 1) & ~((ulong)Chunk.Bytes - 1));
        Assert.SkipWhen(_memory.UseHugePages(true) != 0, "this kernel has no transparent huge pages");
        Assert.Equal(0, PidFd.TryOpen(Environment.ProcessId, out PidFd? self));
        _self = self!;
        for (int page = 0; page < Chunks * Chunk.Pages; page++)
        {
            _base[page * Chunk.PageBytes] = (byte)(page * 7);
        }

        Assert.SkipWhen(Huge() < Chunks, "the kernel gives no huge pages now");
    }

    private ulong First => Chunk.Of((ulong)_base);

    public void Dispose()
    {
        _self?.Dispose();
        _memory.Dispose();
    }

    [Fact]
    public void One_is_split_and_put_together_again_and_its_content_stays()
    {
        KernelHugePages pages = Of(Range(0, Chunks));
        Assert.SkipUnless(pages.Split(First + 1), "process_madvise is not there, or not permitted");
        Assert.Equal(Chunks - 1, Huge());
        AssertContent();
        Assert.SkipUnless(pages.CanJoin, "this kernel does not put pages together when asked to");
        Assert.True(pages.Join(First + 1));
        Assert.Equal(Chunks, Huge());
        AssertContent();
    }

    [Fact]
    public void What_is_not_the_processs_own_as_a_whole_is_left_alone()
    {
        KernelHugePages pages = Of(Range(1, 3));
        Assert.False(pages.Split(First));
        Assert.False(pages.Split(First + 3));
        Assert.False(Of(new AddressRange(Range(0, 1).Start + Chunk.PageBytes, Range(0, 2).End)).Split(First));
        Assert.False(Of().Split(First));
        Assert.Equal(Chunks, Huge());
    }

    [Fact]
    public void Locked_memory_stays_whole()
    {
        Assert.SkipWhen(Lock(_base, Chunk.Bytes) != 0, "not so much may be locked here");
        Assert.False(Of(Range(0, Chunks)).Split(First));
        Assert.Equal(Chunks, Huge());
    }

    [Fact]
    public void An_older_kernel_does_not_join()
    {
        KernelHugePages pages = new(_self, () => new[] { Range(0, Chunks) }, new ClearHints(), s_oldKernel);
        Assert.False(pages.CanJoin);
        Assert.False(pages.Join(First));
    }

    [Fact]
    public void Nothing_is_done_to_a_process_that_has_gone()
    {
        using System.Diagnostics.Process child = System.Diagnostics.Process.Start("/bin/sleep", "60");
        Assert.Equal(0, PidFd.TryOpen(child.Id, out PidFd? pidFd));
        using (pidFd)
        {
            child.Kill();
            child.WaitForExit();
            KernelHugePages pages = new(pidFd!, () => new[] { Range(0, Chunks) }, new ClearHints(), KernelRelease.Current);
            Assert.False(pages.Split(First));
            Assert.False(pages.Join(First));
        }
    }

    [LibraryImport("libc", EntryPoint = "mlock")]
    private static partial int Lock(byte* address, nuint bytes);

    private AddressRange Range(int from, int until) =>
        new((ulong)_base + ((ulong)from << Chunk.Shift), (ulong)_base + ((ulong)until << Chunk.Shift));

    private KernelHugePages Of(params AddressRange[] own) => new(_self, () => own, new ClearHints(), KernelRelease.Current);

    private void AssertContent() => Assert.All(
        Enumerable.Range(0, Chunks * Chunk.Pages), page => Assert.Equal((byte)(page * 7), _base[page * Chunk.PageBytes]));

    /// <summary>Huge pages in the memory of the test, by the kernel's own account.</summary>
    private int Huge()
    {
        ulong end = (ulong)_memory.Address + (ulong)_memory.Bytes;
        int kilobytes = 0;
        bool isOurs = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0].Contains('-', StringComparison.Ordinal))
            {
                string[] range = words[0].Split('-');
                ulong from = ulong.Parse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                isOurs = from < end && ulong.Parse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) > (ulong)_base;
            }
            else if (isOurs && words[0] == "AnonHugePages:")
            {
                kilobytes += int.Parse(words[1], CultureInfo.InvariantCulture);
            }
        }

        return kilobytes / 2048;
    }
}
