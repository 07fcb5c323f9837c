using System.Text;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Mappings;

public sealed class HugePoolsTests
{
    [Theory]
    [InlineData("40000000-40200000 rw-p 00000000 00:0f 77                         /anon_hugepage (deleted)", true)]
    [InlineData("40000000-40200000 rw-s 00000000 00:2a 77                         /mnt/pool/guest", true)]
    [InlineData("40000000-40200000 rw-s 00000000 00:2b 77                         /mnt/tmpfs/guest", false)]
    [InlineData("40000000-40201000 rw-s 00000000 00:2a 77                         /mnt/pool/not-whole-pages", false)]
    [InlineData("40000000-40200000 rw-p 00000000 00:00 0                          [anon:heap]", false)]
    [InlineData("40000000-40200000 rw-p 00000000 00:00 0 ", false)]
    public void A_mapping_is_of_a_pool_by_its_file_system_whatever_its_name(string line, bool expected)
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12").With(
            "mountinfo",
            """
            21 20 0:42 / /mnt/pool rw,relatime shared:9 - hugetlbfs hugetlbfs rw,pagesize=2M
            not a line
            22 20 0:43 / /mnt/tmpfs rw shared:10 master:2 - tmpfs tmpfs rw

            """);
        HugePools pools = new(Path.Combine(tree.Root, "mountinfo"));
        Assert.True(MapsLine.TryParse(Encoding.ASCII.GetBytes(line), out MapsLine mapping));
        Assert.Equal(expected, pools.Has(mapping));
        Assert.Equal(expected, pools.Has(mapping));
    }

    [Fact]
    public void A_pool_is_found_among_the_mounts_of_ten_thousand_containers()
    {
        string others = string.Concat(Enumerable.Range(100, 10_000).Select(
            id => $"{id} 20 0:{id} / /run/containerd/io.containerd.runtime.v2.task/k8s.io/{id}/rootfs rw,relatime shared:{id} - "
                + "overlay overlay rw,lowerdir=/var/lib/containerd/snapshots\n"));
        using CapturedTree tree = CapturedTree.Empty().With(
            "mountinfo", others + "21 20 0:42 / /mnt/pool rw,relatime shared:9 - hugetlbfs hugetlbfs rw,pagesize=2M\n");
        Assert.True(MapsLine.TryParse("40000000-40200000 rw-s 00000000 00:2a 77  /mnt/pool/guest"u8, out MapsLine mapping));
        Assert.True(new HugePools(Path.Combine(tree.Root, "mountinfo")).Has(mapping));
    }

    [Fact]
    public void Mapping_a_page_of_a_pool_without_a_reservation_needs_none_to_be_free()
    {
        using HugePoolMapping? mapping = HugePoolMapping.TryMap(2 << 20);
        Assert.SkipWhen(mapping is null, "this kernel has no pool of 2-MiB pages");
        string line = File.ReadLines("/proc/self/maps").Single(one => one.StartsWith($"{mapping!.Address:x}-", StringComparison.Ordinal));
        Assert.True(MapsLine.TryParse(Encoding.ASCII.GetBytes(line), out MapsLine found));
        Assert.True(new HugePools("/proc/self/mountinfo").Has(found));
        Assert.Null(HugePoolMapping.TryMap(4 << 20));
    }
}
