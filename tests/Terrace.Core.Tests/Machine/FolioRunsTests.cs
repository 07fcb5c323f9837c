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
            double part = (trial % 7) / 7.0;
            ulong[] some = Words(random, (trial % 11) / 10.0);
            ulong[] enough = [.. Words(random, 0.01).Zip(some, (one, other) => one & other)];
            ulong[] agreed = [.. some];
            FolioRuns.Agree(joined, agreed, enough, part);
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
                bool all = found > pages.Length * part || pages.Any(other => Has(enough, other));
                Assert.Equal(pages.Length == 1 ? found > 0 : all, Has(agreed, page));
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
