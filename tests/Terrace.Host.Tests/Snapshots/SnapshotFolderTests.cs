using Xunit.Sdk;

namespace Terrace.Host.Tests.Snapshots;

public sealed class SnapshotFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-snapshot-").FullName;

    [Fact]
    public void A_change_is_shown_with_how_to_accept_it()
    {
        new SnapshotFolder(_folder, accept: true).Check("a.txt", "one\ntwo\nthree\n");
        SnapshotFolder compared = new(_folder, accept: false);
        compared.Check("a.txt", "one\ntwo\nthree\n");
        string message = Assert.ThrowsAny<XunitException>(() => compared.Check("a.txt", "one\n2\nthree\n")).Message;
        Assert.Contains("./test --accept", message, StringComparison.Ordinal);
        Assert.Contains("@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n", message, StringComparison.Ordinal);
        Assert.Equal("one\ntwo\nthree\n", File.ReadAllText(Path.Combine(_folder, "a.txt")));
    }

    [Fact]
    public void A_file_that_is_missing_or_that_nothing_is_compared_with_fails()
    {
        SnapshotFolder compared = new(_folder, accept: false);
        Assert.ThrowsAny<XunitException>(() => compared.Check("new.txt", "one\n"));
        compared.CheckNames([]);
        new SnapshotFolder(_folder, accept: true).Check("help/old.txt", "one\n");
        compared.CheckNames(["help/old.txt"]);
        Assert.Contains("help/old.txt", Assert.ThrowsAny<XunitException>(() => compared.CheckNames([])).Message, StringComparison.Ordinal);
        new SnapshotFolder(_folder, accept: true).CheckNames([]);
        compared.CheckNames([]);
    }

    [Fact]
    public void Changes_far_apart_are_parts_of_their_own_and_close_ones_are_one()
    {
        string[] lines = [.. Enumerable.Range(1, 20).Select(number => $"{number}")];
        string before = string.Join('\n', lines) + "\n";
        string after = before.Replace("\n2\n", "\n", StringComparison.Ordinal).Replace("\n20\n", "\n20\n21\n", StringComparison.Ordinal);
        Assert.Equal(
            "--- a\n+++ a\n@@ -1,5 +1,4 @@\n 1\n-2\n 3\n 4\n 5\n@@ -18,3 +17,4 @@\n 18\n 19\n 20\n+21\n",
            UnifiedDiff.Of(before, after, "a"));
        after = before.Replace("\n5\n", "\nfive\n", StringComparison.Ordinal).Replace("\n9\n", "\nnine\n", StringComparison.Ordinal);
        Assert.Equal(2, UnifiedDiff.Of(before, after, "a").Split("\n@@ ").Length);
        Assert.Empty(UnifiedDiff.Of(before, before, "a"));
        Assert.Equal("--- a\n+++ a\n@@ -1,0 +1,1 @@\n+1\n", UnifiedDiff.Of("", "1\n", "a"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
