using System.Text;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Files;
using Terrace.Linux.Mappings;
using Terrace.Linux.Tests.Nodes;
using Terrace.Linux.Tests.Trackers.PageTables;

namespace Terrace.Linux.Tests.Mappings;

/// <summary>Private pages that processes have in common since fork(2) count for one of them, as hot as all of them make it.</summary>
public sealed class ForkFamilyTests
{
    [Fact]
    public void A_page_in_common_counts_for_the_eldest_or_the_parent_whatever_forks_writes_and_moves_there_were()
    {
        Random random = new(7);
        for (int run = 0; run < 60; run++)
        {
            ForkFamilies families = new();
            Kernel kernel = new(random);
            List<Forked> processes = [new Forked(families, kernel)];
            processes[0].Touch(0.7);
            for (int step = 0; step < 12; step++)
            {
                Forked one = processes[random.Next(processes.Count)];
                switch (random.Next(5))
                {
                    case 0 when processes.Count < 5:
                        processes.Add(one.Fork());
                        break;
                    case 1 when processes.Count > 1:
                        one.Dispose();
                        processes.Remove(one);
                        break;
                    case 2:
                        kernel.MoveSome(processes);
                        break;
                    case 3:
                        one.Unmap(0.1);
                        break;
                    default:
                        one.Touch(0.2);
                        break;
                }

                processes[random.Next(processes.Count)].Scan();
            }

            processes.ForEach(process => process.Scan());
            kernel.MoveSome(processes);
            processes.ForEach(process => process.Scan());
            foreach (Forked process in processes)
            {
                for (int page = 0; page < Forked.Pages; page++)
                {
                    bool counts = process.Frames[page] != 0 && OwnerOf(process, page, processes) == process;
                    Assert.Equal(counts, process.Reported(page) is not null);
                    if (counts)
                    {
                        bool accessed = processes.Exists(other => other.Accessed[page] && OwnerOf(other, page, processes) == process);
                        Assert.Equal(accessed, process.Reported(page));
                    }
                }
            }

            processes.ForEach(process => process.Dispose());
            Assert.Equal(0, families.Count);
        }
    }

    [Fact]
    public void Families_at_the_same_addresses_have_nothing_to_do_with_one_another()
    {
        Random random = new(8);
        for (int run = 0; run < 30; run++)
        {
            ForkFamilies families = new();
            Kernel kernel = new(random);
            List<Forked>[] both = [[new Forked(families, kernel, stack: 77_000)], [new Forked(families, kernel, stack: 78_000)]];
            foreach (List<Forked> family in both)
            {
                family[0].Touch(0.9);
                family.Add(family[0].Fork());
            }

            // What a child's child has in common with the eldest alone: that of its own family, and not the eldest of all.
            foreach (List<Forked> family in both)
            {
                family[1].Touch(0.3);
                family.Add(family[1].Fork());
                family[2].Touch(0.3);
                family[1].Touch(0.3);
            }

            Forked[] all = [.. both.SelectMany(family => family).OrderBy(_ => random.Next())];
            foreach (Forked process in (IEnumerable<Forked>)[.. all, .. all])
            {
                process.Scan();
            }

            foreach (List<Forked> family in both)
            {
                foreach (Forked process in family)
                {
                    for (int page = 0; page < Forked.Pages; page++)
                    {
                        bool counts = OwnerOf(process, page, family) == process;
                        Assert.Equal(counts, process.Reported(page) is not null);
                        Assert.True(
                            !counts || process.Reported(page) == family.Exists(
                                other => other.Accessed[page] && OwnerOf(other, page, family) == process));
                    }
                }
            }

            both[0].ForEach(process => process.Dispose());
            Assert.Equal(1, families.Count);
            both[1].ForEach(process => process.Dispose());
        }
    }

    [Fact]
    public void An_idle_child_takes_nothing_from_a_parent_that_rests()
    {
        ForkFamilies families = new();
        using Forked parent = new(families, new Kernel(new Random(1)));
        parent.Touch(1);
        parent.Scan();
        Assert.Equal(Forked.Pages, parent.Count);
        using Forked child = parent.Fork();
        child.Accessed.AsSpan().Clear();
        child.Scan();
        child.Scan();
        Assert.Equal(0, child.Count);
        Assert.False(parent.Mappings.IsUsedByOthers);
        parent.Scan();
        Assert.Equal(Forked.Pages, parent.Count);
        child.Accessed[3] = true;
        child.Scan();
        Assert.True(parent.Mappings.IsUsedByOthers);
        parent.Scan();
        Assert.False(parent.Mappings.IsUsedByOthers);
    }

    [Fact]
    public void What_a_child_writes_is_its_own_and_what_it_only_reads_heats_its_parents_page()
    {
        ForkFamilies families = new();
        using Forked parent = new(families, new Kernel(new Random(1)));
        parent.Touch(1);
        using Forked child = parent.Fork();
        parent.Accessed.AsSpan().Clear();
        child.Accessed.AsSpan().Clear();
        child.Write(5);
        child.Accessed[6] = true;
        parent.Scan();
        child.Scan();
        Assert.True(parent.Mappings.IsUsedByOthers);
        parent.Scan();
        Assert.Equal(1, child.Count);
        Assert.True(child.Reported(5));
        Assert.False(parent.Reported(5));
        Assert.True(parent.Reported(6));

        // The parent writes it, and the child has the old one for itself.
        parent.Write(6);
        parent.Scan();
        child.Scan();
        parent.Accessed[6] = false;
        parent.Scan();
        Assert.True(child.Reported(6));
        Assert.False(parent.Reported(6));
    }

    [Fact]
    public void A_process_without_relatives_is_passed_on_untouched_and_keeps_nothing()
    {
        ForkFamilies families = new();
        using Forked parent = new(families, new Kernel(new Random(1)));
        RecordingSink sink = new();
        Assert.Same(sink, parent.Mappings.Before(sink));
        parent.Touch(1);
        Forked child = parent.Fork();
        Assert.Same(sink, parent.Mappings.Before(sink));
        child.Accessed.AsSpan().Fill(true);
        child.Scan();
        Assert.True(families.Bytes > 0);
        Assert.NotSame(sink, parent.Mappings.Before(sink));
        child.Dispose();
        Assert.Equal(0, families.Bytes);
        Assert.Same(sink, parent.Mappings.Before(sink));
        Assert.False(parent.Mappings.IsUsedByOthers);
    }

    [Fact]
    public void Pages_are_compared_only_where_they_may_be_the_same()
    {
        ForkFamilies families = new();
        using Forked parent = new(families, new Kernel(new Random(1)));
        parent.Touch(1);
        using Forked child = parent.Fork();
        child.Touch(1);
        parent.Scan();
        child.Scan();
        Assert.Equal(Forked.Pages, child.Count);
        int asked = parent.Asked + child.Asked;
        parent.Scan();
        child.Scan();
        Assert.Equal(Forked.Pages, child.Count);
        Assert.Equal(asked, parent.Asked + child.Asked);
    }

    [Fact]
    public void A_huge_page_is_one_process_as_a_whole_although_the_other_has_split_it()
    {
        ForkFamilies families = new();
        using Forked parent = new(families, new Kernel(new Random(1)));
        parent.Touch(1);
        using Forked child = parent.Fork();
        child.IsHuge = true;
        parent.Write(3);
        parent.Accessed.AsSpan().Clear();
        parent.Scan();
        child.Scan();
        parent.Scan();
        Assert.Equal(0, child.Count);
        Assert.Equal(Forked.Pages, parent.Count);
        Assert.True(parent.Reported(4));
    }

    [Fact]
    public void A_familys_origin_is_read_from_stat_and_not_where_the_kernel_hides_it()
    {
        string stat = "812 (a) 7 (b)) S 700 812 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 12345 1000 200 18446744073709551615 "
            + "94000000000000 94000000100000 140700000000000 0 0";
        ForkOrigin origin = new(94000000000000, 140700000000000);
        Assert.Equal(origin, ForkOrigin.Parse(Encoding.UTF8.GetBytes(stat), out ForkRank rank, out int parent));
        Assert.Equal((new ForkRank(12345, 812), 700), (rank, parent));
        string hidden = stat.Replace(" 140700000000000", " 0", StringComparison.Ordinal);
        Assert.Null(ForkOrigin.Parse(Encoding.UTF8.GetBytes(hidden), out _, out _));
        Assert.Null(ForkOrigin.Parse(""u8, out _, out _));
        Assert.Null(ForkOrigin.Parse("9 (x"u8, out _, out _));

        // Of a first thread that has ended the kernel tells no memory; another one has the same.
        using CapturedTree tree = CapturedTree.Empty().With("stat", hidden);
        Assert.Null(ForkOrigin.Read(new FileTree(tree.Root)));
        tree.With("task/812/stat", hidden).With(
            "task/815/stat",
            stat.Replace("812 (a", "815 (a", StringComparison.Ordinal).Replace(" 12345 ", " 99999 ", StringComparison.Ordinal));
        Assert.Equal((origin, new ForkRank(12345, 812), 700), ForkOrigin.Read(new FileTree(tree.Root)));
    }

    [Fact]
    public void A_family_of_thousands_costs_each_scan_two_comparisons_and_no_memory_where_nothing_is_in_common()
    {
        ForkFamilies families = new();
        using Forked parent = new(families, new Kernel(new Random(1)));
        parent.Touch(1);
        List<Forked> children = [.. Enumerable.Range(0, 500).Select(_ => parent.Fork())];
        children.ForEach(child => child.Touch(1));
        parent.Scan();
        children.ForEach(child => child.Scan());
        Assert.Equal(1000, parent.Asked);
        Assert.All(children, child => Assert.Equal(1, child.Asked));
        Assert.InRange(families.Bytes, 1, 500 * 64);
        children.ForEach(child => child.Dispose());
    }

    [Fact]
    public void What_a_senior_does_not_manage_counts_for_the_child()
    {
        ForkFamilies families = new();
        using Forked parent = new(families, new Kernel(new Random(1)));
        parent.Touch(1);
        using Forked child = parent.Fork();
        parent.Managed = 100;
        child.Scan();
        Assert.Equal(Forked.Pages - 100, child.Count);
        Assert.Null(child.Reported(99));
        Assert.NotNull(child.Reported(100));
    }

    private static Forked? OwnerOf(Forked process, int page, List<Forked> all)
    {
        Forked eldest = all.MinBy(other => other.Rank)!;
        Forked? parent = all.Find(other => other.Rank.Pid == process.Parent);
        ulong frame = process.Frames[page];
        return frame == 0 ? null : eldest.Frames[page] == frame ? eldest : parent?.Frames[page] == frame ? parent : process;
    }

    /// <summary>Gives out frames, and moves pages for all who have them.</summary>
    private sealed class Kernel(Random random)
    {
        private ulong _next = 1;
        private int _pid = 100;

        public Random Random { get; } = random;

        public ulong NewFrame() => _next++;

        public int NewPid() => ++_pid;

        public void MoveSome(List<Forked> processes)
        {
            Dictionary<ulong, ulong> to = [];
            foreach (Forked process in processes)
            {
                foreach (ref ulong frame in process.Frames.AsSpan())
                {
                    if (frame != 0 && !to.ContainsKey(frame))
                    {
                        to.Add(frame, Random.Next(2) == 0 ? NewFrame() : frame);
                    }

                    frame = frame == 0 ? 0 : to[frame];
                }
            }
        }
    }

    /// <summary>A process of a family that has one chunk of private memory.</summary>
    private sealed class Forked : IFrameLookup, IManagedRanges, IDisposable
    {
        public const int Pages = Chunk.Pages;
        private const ulong Start = 0x4000_0000;

        private readonly ForkFamilies _families;
        private readonly int _stack;
        private readonly Kernel _kernel;
        private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
        private RecordingSink _reported = new();

        public Forked(ForkFamilies families, Kernel kernel, Forked? parent = null, int stack = 77_777)
        {
            _families = families;
            _stack = parent?._stack ?? stack;
            _kernel = kernel;
            Rank = new ForkRank(5, kernel.NewPid());
            int parentPid = parent?.Rank.Pid ?? 1;
            File.WriteAllText(
                Path.Combine(_folder, "stat"),
                $"{Rank.Pid} (p) S {parentPid} 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 {Rank.StartTicks} 1000 200 1 4096 8192 {_stack} 0");
            Parent = parentPid;
            Mappings = new PrivateMappings(families, _folder, this);
            Mappings.Join(this);
        }

        public ForkRank Rank { get; }

        public PrivateMappings Mappings { get; }

        public ulong[] Frames { get; } = new ulong[Pages];

        public bool[] Accessed { get; } = new bool[Pages];

        public int Parent { get; }

        public int Managed { get; set; } = Pages;

        public bool IsHuge { get; set; }

        public int Asked { get; private set; }

        public int Count => _reported.Pages.Count;

        public bool? Reported(int page) =>
            _reported.Pages.TryGetValue(Start + ((ulong)page << Chunk.PageShift), out (bool Accessed, int Place, bool Huge) found)
                ? found.Accessed
                : null;

        public Forked Fork()
        {
            Forked child = new(_families, _kernel, this);
            Frames.CopyTo(child.Frames, 0);
            Accessed.CopyTo(child.Accessed, 0);
            return child;
        }

        public void Write(int page)
        {
            Frames[page] = _kernel.NewFrame();
            Accessed[page] = true;
        }

        public void Touch(double part)
        {
            for (int page = 0; page < Pages; page++)
            {
                if (_kernel.Random.NextDouble() < part)
                {
                    Write(page);
                }
                else
                {
                    Accessed[page] = _kernel.Random.Next(2) == 0;
                }
            }
        }

        public void Unmap(double part)
        {
            foreach (ref ulong frame in Frames.AsSpan())
            {
                frame = _kernel.Random.NextDouble() < part ? 0 : frame;
            }
        }

        public BitPlane CoverageOf(ulong chunkStart) =>
            AddressRange.CoverageOf(chunkStart, [new AddressRange(Start, Start + ((ulong)Managed << Chunk.PageShift))]);

        public bool TryFramesOf(ulong chunk, Span<ulong> frames)
        {
            Asked++;
            Frames.CopyTo(frames);
            return true;
        }

        public void Scan()
        {
            Mappings.BeginReading();
            ChunkFacts facts = default;
            facts.IsHuge = IsHuge;
            for (int page = 0; page < Pages; page++)
            {
                ulong bit = Frames[page] != 0 ? 1UL << (page & 63) : 0;
                facts.Present[page >> 6] |= bit;
                facts.Accessed[page >> 6] |= Accessed[page] ? bit : 0;
            }

            if (IsHuge)
            {
                facts.Accessed.Fill(ulong.MaxValue);
            }

            _reported = new RecordingSink();
            IScanSink sink = Mappings.Before(_reported);
            if (Frames.AsSpan().ContainsAnyExcept(0UL))
            {
                sink.Record(Start >> Chunk.Shift, in facts);
            }

            Mappings.EndScan();
        }

        public void Dispose()
        {
            Mappings.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
