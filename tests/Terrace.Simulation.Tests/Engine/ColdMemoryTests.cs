using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Simulation.Chance;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>A process of 8 GiB that uses 1 % of it: what scans cost follows what is active, and nothing that is in use is missed.</summary>
public sealed class ColdMemoryTests
{
    private const int Chunks = 4096;
    private const int ActiveChunks = Chunks / 100;
    private const long Bytes = (long)Chunks << Chunk.Shift;

    [Theory]
    [InlineData(true, false, ActiveChunks)]
    [InlineData(false, false, ActiveChunks)]
    [InlineData(true, true, ActiveChunks)]
    [InlineData(true, false, Chunks * 6 / 10)]
    public void Awakened_chunks_are_seen_within_fifteen_seconds_and_half_of_them_within_six(
        bool clearsChunks, bool hugePages, int active)
    {
        using Run run = new(clearsChunks: clearsChunks, hugePages: hugePages, active: active);
        run.For(TimeSpan.FromSeconds(100));
        Assert.InRange(run.Heat.RestingChunks, (Chunks - active) * 9 / 10, Chunks - active);
        SeededRandom random = new(7);
        List<TimeSpan> seen = [];
        for (int i = 0; i < 100; i++)
        {
            int chunk = run.RandomRestingChunk(ref random);
            TimeSpan woken = run.Now;
            run.Activate(chunk);
            run.Until(() => !run.Rests(chunk), TimeSpan.FromSeconds(40));
            seen.Add(run.Now - woken);
            run.For(TimeSpan.FromSeconds(random.Below(4)));
        }

        seen.Sort();
        Assert.InRange(seen[^1].TotalSeconds, 0, 15);
        Assert.InRange(seen[seen.Count / 2].TotalSeconds, 0, 6);
    }

    /// <summary>Whether clears can leave chunks out or not, and also where they do not because too many are in use.</summary>
    [Theory]
    [InlineData(true, ActiveChunks)]
    [InlineData(false, ActiveChunks)]
    [InlineData(true, Chunks * 6 / 10)]
    public void A_chunk_that_rested_and_is_in_use_for_a_tenth_of_a_second_is_seen(bool clearsChunks, int active)
    {
        // What is accessed only between the last look and the end of a clear nobody sees: clears are short here.
        using Run run = new(clearsChunks: clearsChunks, active: active, clearNsPerChunk: 500);
        run.For(TimeSpan.FromSeconds(100));
        SeededRandom random = new(7);
        for (int i = 0; i < 40; i++)
        {
            int chunk = run.RandomRestingChunk(ref random);

            // As busy as eight of the others, so that it is accessed some forty times.
            for (int times = 0; times < 8; times++)
            {
                run.Activate(chunk);
            }

            bool woke = run.Until(() => !run.Rests(chunk), TimeSpan.FromMilliseconds(100));
            run.Deactivate(chunk);
            Assert.True(woke || run.Until(() => !run.Rests(chunk), TimeSpan.FromSeconds(20)), $"chunk {chunk}, the {i}th");
            run.For(TimeSpan.FromSeconds(random.Below(4)));
        }
    }

    [Fact]
    public void What_is_seen_hot_is_what_is_accessed_at_a_tenth_of_the_cost()
    {
        using Run full = new(TimeSpan.Zero);
        using Run chosen = new();
        foreach (Run run in new[] { full, chosen })
        {
            run.For(TimeSpan.FromSeconds(100));
            run.MoveOn();
            run.For(TimeSpan.FromSeconds(100));
            (double recall, double precision) = run.Compare();
            Assert.InRange(recall, 0.99, 1);
            Assert.InRange(precision, 0.99, 1);
        }

        Assert.InRange(chosen.ScansPerRound / full.ScansPerRound, 0, 0.1);
    }

    [Fact]
    public void What_is_alike_needs_no_records()
    {
        using Run run = new();
        run.For(TimeSpan.FromSeconds(60));
        Assert.InRange(run.Heat.TrackingBytes, Chunks * 16, (Chunks * 40) + (ActiveChunks * 2000));
    }

    [Fact]
    public void Holes_cost_nothing()
    {
        using Run dense = new(TimeSpan.Zero);
        using Run sparse = new(TimeSpan.Zero, hole: Chunks);
        dense.For(TimeSpan.FromSeconds(90));
        sparse.For(TimeSpan.FromSeconds(90));
        Assert.InRange(sparse.ScansPerRound / dense.ScansPerRound, 0.9, 1.1);
        Assert.InRange(sparse.Heat.TrackingBytes, 1, dense.Heat.TrackingBytes * 2);
    }

    [Fact]
    public void What_is_unmapped_or_moves_while_it_rests_is_forgotten_by_the_next_round()
    {
        using Run run = new();
        run.For(TimeSpan.FromSeconds(60));
        SeededRandom random = new(9);
        int chunk = run.RandomRestingChunk(ref random);
        run.Free(chunk);
        run.For(TimeSpan.FromSeconds(90));
        Assert.False(run.Knows(chunk));
        Assert.Equal(run.Process.ResidentPages, run.LastMapped);
    }

    private sealed class Run : IRoundObserver, IDisposable
    {
        private readonly SimulationDriver _driver;
        private readonly TieringEngine _engine;
        private readonly SimulatedMapping _mapping;
        private readonly UsesOfChunks _workload;
        private HeatMap? _heat;
        private TimeSpan _scans;
        private int _rounds;
        private Func<bool>? _until;

        public Run(
            TimeSpan? coldEvery = null,
            bool clearsChunks = true,
            bool hugePages = false,
            int hole = 0,
            int active = ActiveChunks,
            int clearNsPerChunk = 40_000)
        {
            // What base pages cost natively.
            SimulatedMachine machine = new(SimulatedMachineSpec.TwoTiers(Bytes / 4, Bytes) with
            {
                ClearsChunks = clearsChunks,
                ReadNsPerChunk = 1000,
                ClearNsPerChunk = clearNsPerChunk,
            });
            _workload = new UsesOfChunks(Chunks, active);
            TieringOptions options = new();
            options = coldEvery is { } every ? options with { LookAtColdEvery = every } : options;
            _driver = new SimulationDriver(machine);
            Process = machine.StartProcess("large", threads: 1);
            if (hole > 0)
            {
                Process.Map(hole * Chunk.Pages);
            }

            _mapping = Process.Map(Chunks * Chunk.Pages, hugePages);
            Process.Populate(_mapping);
            _driver.Add(Process, _mapping, _workload, TimeSpan.FromMicroseconds(8));
            _engine = new TieringEngine(machine, options, machine.Clock, this);
            _engine.Add(Process, FastShare.Auto);
        }

        public SimulatedProcess Process { get; }

        public HeatMap Heat => _heat!;

        public TimeSpan Now => _driver.Machine.Clock.Elapsed;

        public long LastMapped { get; private set; }

        /// <summary>What the scans of a round took, except the first rounds, in which nothing is known to be cold.</summary>
        public TimeSpan ScansPerRound => _scans / _rounds;

        public void For(TimeSpan time) => _driver.Run(time, Step);

        /// <summary>Runs until something holds, which is looked at after every step; for some time at most. Whether it does.</summary>
        public bool Until(Func<bool> holds, TimeSpan most)
        {
            _until = holds;
            TimeSpan end = Now + most;
            while (Now < end && !holds())
            {
                _driver.Run(TimeSpan.FromMilliseconds(20), Step);
            }

            _until = null;
            return holds();
        }

        public void Activate(int chunk) => _workload.Active.Add(chunk);

        public void Deactivate(int chunk) => _workload.Active.RemoveAll(active => active == chunk);

        /// <summary>From now on other chunks are in use.</summary>
        public void MoveOn()
        {
            for (int i = 0; i < _workload.Active.Count; i++)
            {
                _workload.Active[i] = (_workload.Active[i] + 1000) % Chunks;
            }
        }

        public void Free(int chunk) => Process.Unmap(_mapping, chunk * Chunk.Pages, Chunk.Pages);

        public bool Rests(int chunk) => Knows(chunk, out HeatChunk found) && found.Rests;

        public bool Knows(int chunk) => Knows(chunk, out _);

        public int RandomRestingChunk(ref SeededRandom random)
        {
            int chunk;
            do
            {
                chunk = random.Below(Chunks);
            }
            while (!Rests(chunk) || _workload.Active.Contains(chunk));

            return chunk;
        }

        /// <summary>Of the pages in use the part that has heat, and of those that have heat the part that is in use.</summary>
        public (double Recall, double Precision) Compare()
        {
            long hot = 0;
            long right = 0;
            foreach (HeatChunk chunk in Heat.EnumerateChunks())
            {
                bool active = _workload.Active.Contains((int)(chunk.Number - Chunk.Of(_mapping.Start)));
                for (int page = 0; page < Chunk.Pages; page++)
                {
                    hot += chunk.HeatOf(page) > 0 ? 1 : 0;
                    right += active && chunk.HeatOf(page) > 0 ? 1 : 0;
                }
            }

            return ((double)right / (_workload.Active.Count * Chunk.Pages), (double)right / hot);
        }

        public void OnRound(RoundReport report, HeatMap heat)
        {
            _heat = heat;
            LastMapped = report.Pages.Mapped;
            if (report.Round > 6)
            {
                _scans += report.Cost.Scans;
                _rounds++;
            }
        }

        public void OnTargetGone(int pid)
        {
        }

        public void OnScanFailed(int pid, int errno)
        {
        }

        public void Dispose() => _engine.Dispose();

        private TimeSpan Step()
        {
            TimeSpan wait = _engine.Step();
            return _until is not null && wait > TimeSpan.FromMilliseconds(20) ? TimeSpan.FromMilliseconds(20) : wait;
        }

        private bool Knows(int chunk, out HeatChunk found) =>
            Heat.TryFind(_mapping.AddressOf(chunk * Chunk.Pages), out found) && found.IsPresent(0);
    }

    /// <summary>Accesses all pages of some chunks alike.</summary>
    private sealed class UsesOfChunks(int chunks, int active) : IWorkload
    {
        public List<int> Active { get; } = [.. Enumerable.Range(0, active).Select(i => (int)((long)i * chunks / active))];

        public string Name => "active-chunks";

        public int Pages => chunks * Chunk.Pages;

        public bool NextPages(Span<int> pages, ref SeededRandom random, TimeSpan now)
        {
            foreach (ref int page in pages)
            {
                page = (Active[random.Below(Active.Count)] * Chunk.Pages) + random.Below(Chunk.Pages);
            }

            return true;
        }

        public void FillProbabilities(Span<double> probabilities, TimeSpan now)
        {
            probabilities.Clear();
            foreach (int chunk in Active)
            {
                probabilities.Slice(chunk * Chunk.Pages, Chunk.Pages).Fill(1.0 / (Active.Count * Chunk.Pages));
            }
        }

        public double OracleHitRatio(long fastPages) => Math.Min(1, fastPages / (double)(Active.Count * Chunk.Pages));
    }
}
