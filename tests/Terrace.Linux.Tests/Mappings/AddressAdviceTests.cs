using System.Diagnostics;
using Terrace.Core.Units;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Tests.Mappings;

public sealed class AddressAdviceTests
{
    private const ulong Page = Chunk.PageBytes;

    [Fact]
    public void The_last_that_was_said_of_a_page_holds_whatever_was_said_before_of_which_parts()
    {
        Random random = new(5);
        for (int run = 0; run < 100; run++)
        {
            using AddressAdvice advice = new("/proc/self/maps", ProcessCalls.Direct);
            MappingTreatment?[] expected = new MappingTreatment?[60];
            for (int step = 0; step < 40; step++)
            {
                int start = random.Next(expected.Length);
                int end = random.Next(start + 1, expected.Length + 1);
                MappingTreatment? said = random.Next(4) switch
                {
                    0 => MappingTreatment.Hot,
                    1 => MappingTreatment.Cold,
                    2 => MappingTreatment.Ignored,
                    _ => null,
                };
                Assert.True(advice.TryAdvise((ulong)start * Page, (ulong)end * Page, said));
                expected.AsSpan(start, end - start).Fill(said);
            }

            ulong at = 0;
            ulong limit = (ulong)expected.Length * Page;
            while (at < limit)
            {
                MappingTreatment? holds = advice.TreatmentOf(MappingKind.Anonymous, default, at, limit, out ulong until);
                Assert.InRange(until, at + Page, limit);
                Assert.All(expected[(int)(at / Page)..(int)(until / Page)], said => Assert.Equal(said, holds));
                at = until;
            }
        }
    }

    [Fact]
    public void More_ranges_than_are_kept_change_nothing_and_neighbours_that_say_the_same_count_once()
    {
        using AddressAdvice advice = new("/proc/self/maps", ProcessCalls.Direct);
        for (ulong i = 0; i < AddressAdvice.MaxRanges; i++)
        {
            Assert.True(advice.TryAdvise(2 * i * Page, ((2 * i) + 1) * Page, MappingTreatment.Hot));
        }

        ulong next = 2 * AddressAdvice.MaxRanges * Page;
        Assert.False(advice.TryAdvise(next, next + Page, MappingTreatment.Cold));
        Assert.Null(advice.TreatmentOf(MappingKind.Heap, default, next, next + Page, out _));
        Assert.True(advice.TryAdvise(Page, 2 * Page, MappingTreatment.Hot));
        Assert.Equal(AddressAdvice.MaxRanges - 1, advice.Count);
        Assert.True(advice.TryAdvise(next, next + Page, MappingTreatment.Cold));
    }

    [Fact]
    public void Another_program_in_the_same_process_is_not_bound_by_it()
    {
        using Process shell = Process.Start(new ProcessStartInfo("sh", ["-c", "read x; exec sleep 60"]) { RedirectStandardInput = true })!;
        string maps = $"/proc/{shell.Id}/maps";
        using AddressAdvice advice = new(maps, ProcessCalls.Direct);
        Assert.True(advice.TryAdvise(0, Page, MappingTreatment.Hot));
        advice.DropIfReplaced();
        Assert.Equal(1, advice.Count);
        shell.StandardInput.WriteLine();
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{shell.Id}/comm") == "sleep\n", TimeSpan.FromSeconds(10)));
        advice.DropIfReplaced();
        Assert.Equal(0, advice.Count);

        // What the new program says is kept, as it is said of the new address space.
        Assert.True(advice.TryAdvise(0, Page, MappingTreatment.Cold));
        advice.DropIfReplaced();
        Assert.Equal(1, advice.Count);
        shell.Kill();
    }
}
