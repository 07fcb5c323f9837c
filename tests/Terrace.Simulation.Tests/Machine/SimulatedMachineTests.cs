using FsCheck.Xunit;
using Terrace.Core.Machine;
using Terrace.Simulation.Machine;

namespace Terrace.Simulation.Tests.Machine;

public sealed class SimulatedMachineTests
{
    [Fact]
    public void First_touch_fills_fast_memory_down_to_its_reserve_and_then_slow_memory()
    {
        SimulatedMachine machine = Machines.TwoTiers(fastPages: 1000, slowPages: 1000, reservePages: 100);
        SimulatedProcess process = machine.StartProcess("app");
        SimulatedMapping mapping = process.Map(1200);
        Assert.True(process.Populate(mapping));
        Assert.Equal(900, process.PagesOn(0));
        Assert.Equal(300, process.PagesOn(1));
        Assert.Equal(0, process.NodeOf(mapping, 899));
        Assert.Equal(1, process.NodeOf(mapping, 900));
    }

    [Fact]
    public void A_process_that_finds_no_memory_is_killed_and_gives_back_what_it_had()
    {
        SimulatedMachine machine = Machines.TwoTiers(1000, 1000, reservePages: 100);
        SimulatedProcess process = machine.StartProcess("greedy");
        Assert.False(process.Populate(process.Map(1801)));
        Assert.Equal(ProcessState.OutOfMemory, process.State);
        Assert.Equal(0, process.ResidentPages);
        Assert.All(machine.Nodes, node => Assert.Equal(node.CapacityPages, node.FreePages));
    }

    [Fact]
    public void Free_memory_is_as_of_the_last_refresh()
    {
        SimulatedMachine machine = Machines.TwoTiers(1000, 1000, reservePages: 90);
        SimulatedProcess process = machine.StartProcess("app");
        process.Populate(process.Map(10));
        Assert.Equal(1000 * Machines.PageBytes, machine.FreeBytes(0));
        machine.Refresh();
        Assert.Equal(990 * Machines.PageBytes, machine.FreeBytes(0));
        Assert.Equal(90 * Machines.PageBytes, machine.ReserveBytes(0));
        Assert.Equal(0, machine.FreeBytes(7));
    }

    [Fact]
    public void Latencies_order_the_nodes_into_tiers_with_one_demotion_target_each()
    {
        SimulatedMachine machine = new(new SimulatedMachineSpec
        {
            Nodes =
            [
                new(0, 1 << 20, 100) { HasCpus = true },
                new(1, 1 << 20, 100) { HasCpus = true },
                new(2, 1 << 20, 250),
                new(3, 1 << 20, 900),
            ],
        });
        Assert.Equal([[0, 1], [2], [3]], machine.Topology.Tiers);
        Assert.Equal(2, machine.Topology.DemotionTargetOf(1));
        Assert.Equal(3, machine.Topology.DemotionTargetOf(2));
        Assert.Null(machine.Topology.DemotionTargetOf(3));
        Assert.Equal(800, machine.Topology.ExtraLatencyNs(2));
    }

    [Fact]
    public void A_huge_page_is_allocated_whole_or_not_at_all()
    {
        SimulatedMachine machine = Machines.TwoTiers(700, 1400);
        SimulatedProcess process = machine.StartProcess("app");
        SimulatedMapping mapping = process.Map(1100, hugePages: true);
        Assert.True(process.Access(mapping, 5));
        Assert.Equal(512, process.PagesOn(0));
        Assert.True(mapping.IsHuge(511));
        Assert.True(process.Access(mapping, 512));
        Assert.Equal(512, process.PagesOn(1));
        Assert.True(process.Access(mapping, 1099));
        Assert.False(mapping.IsHuge(1099));
        Assert.Equal(513, process.PagesOn(0));
    }

    [Fact]
    public void A_huge_page_that_is_partly_unmapped_is_split()
    {
        SimulatedMachine machine = Machines.TwoTiers(2048, 2048);
        SimulatedProcess process = machine.StartProcess("app");
        SimulatedMapping mapping = process.Map(1024, hugePages: true);
        process.Populate(mapping);
        process.Unmap(mapping, firstPage: 600, pages: 10);
        Assert.True(mapping.IsHuge(0));
        Assert.False(mapping.IsHuge(599));
        Assert.Equal(1014, process.ResidentPages);
        Machines.AssertExact(machine);
    }

    [Property(MaxTest = 120)]
    public void Counts_are_exact_and_capacity_is_never_exceeded_whatever_happens((byte Kind, byte Which, byte Amount)[] steps)
    {
        SimulatedMachine machine = Machines.TwoTiers(fastPages: 1500, slowPages: 2500, reservePages: 30);
        SimulatedProcess[] processes = [machine.StartProcess("a"), machine.StartProcess("b"), machine.StartProcess("c")];
        foreach ((byte kind, byte which, byte amount) in steps)
        {
            SimulatedProcess process = processes[which % 3];
            if (process.State == ProcessState.Running)
            {
                Do(machine, process, kind % 11, which, amount);
            }

            Machines.AssertExact(machine);
        }
    }

    private static void Do(SimulatedMachine machine, SimulatedProcess process, int kind, int which, int amount)
    {
        SimulatedMapping? mapping = process.Mappings.Count > 0 ? process.Mappings[which % process.Mappings.Count] : null;
        switch (kind)
        {
            case 0 or 1:
                process.Map((amount * 8) + 1, hugePages: kind == 1);
                break;
            case 2 or 3 when mapping is not null:
                process.Populate(mapping);
                break;
            case 4 when mapping is not null:
                process.Unmap(mapping, 0, Math.Min(mapping.Pages, amount));
                break;
            case 5 when mapping is not null:
                process.Remap(mapping, (amount * 6) + 1);
                break;
            case 6 when mapping is not null:
                process.Unmap(mapping);
                break;
            case 7 or 8 when mapping is not null:
                MoveAll(process, mapping, amount % 2);
                break;
            case 9:
                machine.Nodes[which % 2].TryOccupy((amount - 100) * 4L);
                break;
            case 10 when amount < 20:
                process.Exit();
                break;
        }
    }

    private static void MoveAll(SimulatedProcess process, SimulatedMapping mapping, int node)
    {
        ulong[] addresses = [.. Enumerable.Range(0, mapping.Pages).Select(mapping.AddressOf)];
        MoveResult[] results = new MoveResult[addresses.Length];
        process.Migrator.Move(addresses, node, results);
        for (int page = 0; page < addresses.Length; page++)
        {
            Assert.Equal(results[page] is MoveResult.Moved or MoveResult.AlreadyThere, process.NodeOf(mapping, page) == node);
        }
    }
}
