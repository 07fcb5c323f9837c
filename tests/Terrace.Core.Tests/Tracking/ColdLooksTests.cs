using Terrace.Core.Tracking;

namespace Terrace.Core.Tests.Tracking;

public sealed class ColdLooksTests
{
    private static readonly ulong[] s_chunks = [.. Enumerable.Range(0, ColdLooks.Parts).Select(part => (ulong)part << 5)];

    [Fact]
    public void Each_chunk_is_due_once_in_the_time()
    {
        ColdLooks looks = new(TimeSpan.FromSeconds(16));
        List<ulong> due = [];
        for (int second = 1; second <= 16; second++)
        {
            looks.MoveTo(TimeSpan.FromSeconds(second));
            due.AddRange(s_chunks.Where(looks.IsDue));
        }

        Assert.Equal(s_chunks, due.Order());
    }

    [Fact]
    public void What_could_not_be_looked_at_is_due_again_at_the_next_time_and_then_no_more()
    {
        ColdLooks looks = new(TimeSpan.FromSeconds(16));
        looks.MoveTo(TimeSpan.FromSeconds(1));
        ulong[] first = [.. s_chunks.Where(looks.IsDue)];
        looks.Miss();
        looks.MoveTo(TimeSpan.FromSeconds(2));
        Assert.Superset(first.ToHashSet(), s_chunks.Where(looks.IsDue).ToHashSet());
        Assert.Equal(first.Length + 1, s_chunks.Count(looks.IsDue));
        looks.MoveTo(TimeSpan.FromSeconds(3));
        Assert.Equal(1, s_chunks.Count(looks.IsDue));
        looks.MakeAllDue();
        Assert.Equal(s_chunks.Length, s_chunks.Count(looks.IsDue));
        looks.MoveTo(TimeSpan.FromSeconds(4));
        Assert.Equal(1, s_chunks.Count(looks.IsDue));
    }
}
