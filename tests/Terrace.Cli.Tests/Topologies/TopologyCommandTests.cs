using System.Text.Json;
using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Topologies;

public sealed class TopologyCommandTests
{
    [Fact]
    public void This_machine_is_shown_without_root()
    {
        CommandRun run = CommandRun.Of("topology");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("tier 0 (fast)", run.Out, StringComparison.Ordinal);
        Assert.Contains("kernel tiering", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_has_the_documented_members()
    {
        CommandRun run = CommandRun.Of("topology", "--json");
        Assert.Equal(0, run.ExitCode);
        JsonElement root = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(["nodes", "tiers", "hasSlowTier", "kernelTiering", "warnings", "guest"], CommandRun.NamesOf(root));
        JsonElement node = root.GetProperty("nodes")[0];
        Assert.Equal(
            [
                "id", "tier", "cpus", "sizeBytes", "freeBytes", "distances", "readLatencyNs", "writeLatencyNs",
                "readBandwidthMBps", "writeBandwidthMBps",
                "kernelTier", "demotionTarget", "demotionTargets", "promotionTarget", "promotionTargets", "daxDevices",
            ],
            CommandRun.NamesOf(node));
        Assert.Equal(["demotionEnabled", "numaBalancing"], CommandRun.NamesOf(root.GetProperty("kernelTiering")));
        Assert.InRange(node.GetProperty("freeBytes").GetInt64(), 1, node.GetProperty("sizeBytes").GetInt64());
    }
}
