using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Clearers;

namespace Terrace.Linux.Tests.Clearers;

public sealed class AccessedSampleTests
{
    [Theory]
    [InlineData(10, 10)]
    [InlineData(256, 256)]
    [InlineData(257, 129)]
    [InlineData(100_000, 196)]
    public void It_is_spread_evenly_over_chunks_with_accessed_pages(int chunks, int expected)
    {
        AccessedSample sample = new();
        for (int i = 0; i < chunks; i++)
        {
            ChunkFacts cold = default;
            sample.Consider((ulong)(2 * i), in cold);
            ChunkFacts facts = default;
            facts.Accessed.AsWords()[i % BitPlane.Words] = 1UL << 5;
            sample.Consider((ulong)((2 * i) + 1), in facts);
        }

        ulong[] pages = sample.Pages.ToArray();
        Assert.Equal(expected, pages.Length);
        Assert.Equal(pages.Order(), pages);
        Assert.All(pages, page => Assert.Equal(1UL, Chunk.Of(page) % 2));
        Assert.All(
            pages, page => Assert.Equal(((Chunk.Of(page) - 1) / 2 % BitPlane.Words * 64) + 5, (page >> Chunk.PageShift) % Chunk.Pages));
        ulong[] gaps = [.. pages.Zip(pages.Skip(1), (one, next) => Chunk.Of(next) - Chunk.Of(one)).Distinct()];
        Assert.Single(gaps);
        sample.Begin();
        Assert.True(sample.Pages.IsEmpty);
    }
}
