using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Mappings;

public sealed class UnwrittenMappingTests
{
    private const string Smaps = "proc/self/smaps";
    private const string LibraryText = "7f4819a44000";

    // Of the program, its read-only and shared parts and those of the code in it that was compiled before; and of the C library.
    private static readonly string[] s_unwritten =
    [
        "55c7a8e40000", "55c7a8e50000", "55c7a9989000", "55c827b43000", "55c827c41000", "55c827e52000", "7f48084bb000",
        "7f4819a1e000", LibraryText, "7f4819b9a000",
    ];

    [Fact]
    public void Text_and_constants_are_found_and_what_was_relocated_or_can_be_written_is_not()
    {
        List<(UnwrittenMapping Mapping, long ResidentBytes)> found = [];
        Assert.Equal(0, UnwrittenMapping.Find(Path.Combine(CapturedTree.Of("self-6.18"), Smaps), found));
        Assert.Equal(s_unwritten, found.Select(StartOf));
        Assert.Equal(1104 << 10, found.Single(one => StartOf(one) == LibraryText).ResidentBytes);
    }

    [Theory]
    [InlineData("Anonymous:             0 kB", "Anonymous:             4 kB")]
    [InlineData("Swap:                  0 kB", "Swap:                  4 kB")]
    [InlineData("Swap:                  0 kB", "Swap:                  ? kB")]
    [InlineData("Swap:                  0 kB\n", "")]
    [InlineData("Rss:                1104 kB", "Rss:                -104 kB")]
    [InlineData("Rss:                1104 kB", "Rss: 9223372036854775807 kB")]
    [InlineData("Rss:                1104 kB\n", "")]
    [InlineData("VmFlags: rd ex mr mw me", "VmFlags: rd ex mr mw me ac")]
    [InlineData("VmFlags: rd ex mr mw me", "VmFlags: rd ex mr mw me lo")]
    [InlineData("VmFlags: rd ex mr mw me", "VmFlags: rd ex mr mw me nr")]
    [InlineData("VmFlags: rd ex mr mw me", "VmFlags:")]
    [InlineData("VmFlags: rd ex mr mw me \n", "")]
    public void A_page_that_was_copied_or_may_have_been_keeps_its_mapping_out(string text, string instead)
    {
        using CapturedTree tree = CapturedTree.CopyOf("self-6.18");
        string whole = tree.Text(Smaps);
        int library = whole.IndexOf($"\n{LibraryText}-", StringComparison.Ordinal);
        int at = whole.IndexOf(text, library, StringComparison.Ordinal);
        tree.With(Smaps, whole[..at] + instead + whole[(at + text.Length)..]);
        Assert.Equal(s_unwritten.Where(start => start != LibraryText), Find(tree));
    }

    [Fact]
    public void Files_that_are_no_program_and_no_library_are_left_alone()
    {
        using CapturedTree tree = CapturedTree.CopyOf("self-6.18");
        tree.With(Smaps, tree.Text(Smaps).Replace("r-xp 00026000 fe:00", "r--p 00026000 fe:00", StringComparison.Ordinal));
        Assert.Equal(s_unwritten.Where(start => !start.StartsWith("7f4819", StringComparison.Ordinal)), Find(tree));
    }

    [Fact]
    public void A_file_that_ends_early_never_shows_a_mapping_that_the_whole_one_does_not()
    {
        using CapturedTree tree = CapturedTree.CopyOf("self-6.18");
        string whole = tree.Text(Smaps);
        for (int length = 0; length < whole.Length; length += 97)
        {
            tree.With(Smaps, whole[..length]);
            Assert.Subset(s_unwritten.ToHashSet(), Find(tree).ToHashSet());
        }
    }

    [Fact]
    public void Where_the_kernel_tells_nothing_nothing_is_found()
    {
        List<(UnwrittenMapping Mapping, long ResidentBytes)> found = [];
        Assert.Equal(Errno.ENOENT, UnwrittenMapping.Find("/nowhere", found));
        Assert.Empty(found);
    }

    private static string[] Find(CapturedTree tree)
    {
        List<(UnwrittenMapping Mapping, long ResidentBytes)> found = [];
        Assert.Equal(0, UnwrittenMapping.Find(Path.Combine(tree.Root, Smaps), found));
        return [.. found.Select(StartOf)];
    }

    private static string StartOf((UnwrittenMapping Mapping, long ResidentBytes) one) => one.Mapping.Range.Start.ToString("x");
}
