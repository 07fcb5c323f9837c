using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Core.Tests.Machine;

public sealed class FolioRunsTests
{
    [Fact]
    public void Folios_of_any_length_are_found_from_each_of_their_pages_as_a_walk_page_by_page_finds_them()
    {
        Random random = new(3);
        for (int trial = 0; trial < 300; trial++)
        {
            ulong[] joined = Words(random, (trial % 40) / 40.0);
            ulong[] chosen = Words(random, 0.02);
            ulong[] whole = [.. chosen];
            ulong[] kept = Words(random, 0.95);
            ulong[] keptWhole = [.. kept];
            ulong[] among = Words(random, 0.8);
            FolioRuns.Complete(joined, whole);
            FolioRuns.KeepWhole(joined, among, keptWhole);
            double strictness = (trial % 7) / 6.0;
            ulong[] some = Words(random, (trial % 11) / 10.0);
            ulong[] agreed = [.. some];
            FolioRuns.Agree(joined, agreed, strictness);
            for (int page = 0; page < Chunk.Pages; page++)
            {
                int start = page;
                while (start > 0 && Has(joined, start))
                {
                    start--;
                }

                int end = page + 1;
                while (end < Chunk.Pages && Has(joined, end))
                {
                    end++;
                }

                Assert.Equal((start, end), (FolioRuns.StartOf(joined, page), FolioRuns.EndOf(joined, page)));
                int[] pages = [.. Enumerable.Range(start, end - start)];
                Assert.Equal(pages.Any(other => Has(chosen, other)), Has(whole, page));
                Assert.Equal(
                    Has(kept, page) && pages.All(other => Has(kept, other) || !Has(among, other)), Has(keptWhole, page));
                int found = pages.Count(other => Has(some, other));
                Assert.Equal(
                    pages.Length == 1 ? found > 0 : found >= Math.Min(pages.Length, (int)Math.Pow(1 + pages.Length, strictness)), Has(agreed, page));
                Assert.True(strictness > 0 || Has(agreed, page) == found > 0);
                Assert.True(strictness < 1 || Has(agreed, page) == (pages.Length > 1 ? found == pages.Length : found > 0));
                int next = Enumerable.Range(page, Chunk.Pages - page).FirstOrDefault(other => Has(chosen, other), Chunk.Pages);
                Assert.Equal(next, FolioRuns.Next(chosen, page));
            }
        }
    }

    private static ulong[] Words(Random random, double density)
    {
        ulong[] words = new ulong[BitPlane.Words];
        for (int page = 0; page < Chunk.Pages; page++)
        {
            words[page / 64] |= random.NextDouble() < density ? 1UL << (page % 64) : 0;
        }

        return words;
    }

    private static bool Has(ulong[] words, int page) => (words[page / 64] >> (page % 64) & 1) != 0;
}
