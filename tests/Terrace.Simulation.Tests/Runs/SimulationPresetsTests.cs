using Terrace.Simulation.Runs;

namespace Terrace.Simulation.Tests.Runs;

public sealed class SimulationPresetsTests
{
    public static TheoryData<string> Names => [.. SimulationPresets.All.Select(preset => preset.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_preset_is_found_by_its_name_and_begins_with_more_memory_than_fits_the_fast_tier(string name)
    {
        SimulationDriver driver = SimulationPresets.Find(name.ToUpperInvariant())!.Create(seed: 3);
        SimulatedLoad load = driver.Loads[0];
        Assert.Equal(name, load.Workload.Name);
        Assert.Equal(SimulationPresets.WorkingSetPages, load.Process.ResidentPages);
        Assert.True(load.Process.PagesOn(1) > 90_000);
        Machines.AssertExact(driver.Machine);
    }

    [Fact]
    public void An_unknown_name_is_no_preset() => Assert.Null(SimulationPresets.Find("thrash"));
}
