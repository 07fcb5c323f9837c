using Terrace.Host.Configuration;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Host.Tests.Configuration;

public sealed class HostFactsTests
{
    private const string Container = "/system.slice/containerd.service/kubepods-burstable-pod0a1b2c3d_4e5f_6071_8293_a4b5c6d7e8f9.slice"
        + ":cri-containerd:ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";

    /// <summary>Some runtimes put a container into groups of version 1's controllers alone.</summary>
    [Theory]
    [InlineData("groups-v1-6.1")]
    [InlineData("groups-hybrid-6.1")]
    public void A_group_that_one_hierarchy_of_version_1_has_is_there(string host)
    {
        using CapturedTree tree = CapturedTree.CopyOf(host);
        HostFacts facts = new(tree.Root);
        Assert.False(facts.HasNoGroup(Container));
        Assert.False(facts.HasNoGroup("/system.slice/nginx.service"));
        Assert.True(facts.HasNoGroup("/system.slice/apache.service"));
    }
}
