using Terrace.Linux.Folios;

namespace Terrace.Linux.Tests.Folios;

public sealed class FolioSizesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("terrace-folios").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_kernel_without_such_sizes_has_no_folios() => Assert.False(new FolioSizes(_root).Read());

    [Theory]
    [InlineData("always inherit madvise [never]", "always madvise [never]", false, 1)]
    [InlineData("[always] inherit madvise never", "always madvise [never]", true, 16)]
    [InlineData("always inherit [madvise] never", "always madvise [never]", true, 16)]
    [InlineData("always [inherit] madvise never", "always madvise [never]", false, 1)]
    [InlineData("always [inherit] madvise never", "[always] madvise never", true, 16)]
    public void Where_the_kernel_does_not_count_them_it_is_what_is_switched_on(string enabled, string general, bool found, int largest)
    {
        Write("enabled", general);
        Write("hugepages-64kB/enabled", enabled);
        Write("hugepages-2048kB/enabled", "[always] inherit madvise never");
        FolioSizes sizes = new(_root);
        Assert.Equal((found, largest), (sizes.Read(), sizes.LargestPages));
    }

    [Fact]
    public void Where_the_kernel_counts_them_it_is_how_many_there_are_whatever_is_switched_on()
    {
        Write("enabled", "[always] madvise never");
        Write("hugepages-64kB/enabled", "[always] inherit madvise never");
        Write("hugepages-64kB/stats/nr_anon", "0");
        Write("hugepages-64kB/stats/shmem_alloc", "0");
        Write("hugepages-16kB/enabled", "always inherit madvise [never]");
        Write("hugepages-16kB/stats/nr_anon", "0");
        Write("hugepages-2048kB/stats/nr_anon", "77");
        FolioSizes sizes = new(_root);
        Assert.False(sizes.Read());
        Write("hugepages-16kB/stats/nr_anon", "3");
        Assert.True(sizes.Read());
        Write("hugepages-16kB/stats/nr_anon", "0");
        Write("hugepages-64kB/stats/shmem_alloc", "1");
        Assert.True(sizes.Read());
    }

    private void Write(string name, string text)
    {
        string path = Path.Combine(_root, "sys/kernel/mm/transparent_hugepage", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text + "\n");
    }
}
