using Terrace.Core.Units;
using Terrace.Host.Daemon;

namespace Terrace.Host.Tests.Daemon;

public sealed class ShareOverridesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;

    private string FilePath => Path.Combine(_folder, "state", "shares.json");

    [Fact]
    public async Task What_is_to_last_lasts_to_the_letter_and_the_rest_does_not()
    {
        using ShareOverrides first = new(FilePath);
        Assert.Null(first.Load());
        await first.SetAsync("kept", FastShare.OfBytes(1500L << 20), "1500M");
        await first.SetAsync("not kept", FastShare.OfPages(0.5), text: null);
        await first.SetAsync("given back", FastShare.OfPages(0.5), "50%");
        await first.SetAsync("given back", share: null, text: null);
        using ShareOverrides second = new(FilePath);
        Assert.Null(second.Load());
        Assert.Equal((1500L << 20, null, null), (second.ShareOf("kept")?.Bytes, second.ShareOf("not kept"), second.ShareOf("given back")));
    }

    [Fact]
    public void A_file_that_is_damaged_is_told_and_does_not_stop_anything()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, "{ \"a\": ");
        using ShareOverrides shares = new(FilePath);
        Assert.Contains(FilePath, shares.Load(), StringComparison.Ordinal);
        Assert.Null(shares.ShareOf("a"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
