using Terrace.Lab.CommandLine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

public sealed class SpecificationTests
{
    [Fact]
    public void Nodes_have_their_kinds_latency_and_bandwidth_unless_given()
    {
        var nodes = NodeSpec.ParseList("dram:512M,cxl:2G@300ns/25G,pmem:1GiB,CXL:1G@180ns");

        Assert.Equal(NodeSpec.Of(NodeKind.Dram, 512L << 20), nodes[0]);
        Assert.Equal(new NodeSpec(NodeKind.Cxl, 2L << 30, 300, 25), nodes[1]);
        Assert.Equal(NodeSpec.Of(NodeKind.Pmem, 1L << 30), nodes[2]);
        Assert.Equal(NodeSpec.Of(NodeKind.Cxl, 1L << 30) with { LatencyNanoseconds = 180 }, nodes[3]);
    }

    [Theory]
    [InlineData("", "has no size")]
    [InlineData("dram", "has no size")]
    [InlineData("dram:1G,,cxl:1G", "has no size")]
    [InlineData("dram:", "not a size")]
    [InlineData("dram:1", "not a size")]
    [InlineData("dram:-1G", "not a size")]
    [InlineData("dram:1e3G", "not a size")]
    [InlineData("dram:99999999T", "not a size")]
    [InlineData("dram:1G,hbm:1G", "kind 'hbm' is unknown")]
    [InlineData("dram:1G,1:1G", "kind '1' is unknown")]
    [InlineData("dram:1G,cxl:100M", "memory blocks")]
    [InlineData("dram:128M,cxl:1G", "needs 256M")]
    [InlineData("dram:1G,cxl:1G@fast", "latency 'fast'")]
    [InlineData("dram:1G,cxl:1G@250", "latency '250'")]
    [InlineData("dram:1G,cxl:1G@250ns/much", "bandwidth 'much'")]
    [InlineData("dram:1G,cxl:1G@250ns/0G", "bandwidth '0G'")]
    [InlineData("dram:1G,cxl:1G,cxl:1G,cxl:1G,cxl:1G,cxl:1G,cxl:1G,cxl:1G,cxl:1G", "at most 8")]
    public void A_bad_node_list_is_refused_with_what_is_wrong(string text, string complaint)
    {
        var error = Assert.Throws<LabException>(() => NodeSpec.ParseList(text));

        Assert.Equal(LabExitCode.Usage, error.ExitCode);
        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("--bogus")]
    [InlineData("stray")]
    [InlineData("--")]
    [InlineData("--nodes")]
    [InlineData("--la57=yes")]
    [InlineData("--cpus", "0")]
    [InlineData("--cpus", "many")]
    [InlineData("--pmem", "1000M")]
    [InlineData("--timeout", "soon")]
    [InlineData("--timeout", "0")]
    [InlineData("--put", "nowhere")]
    [InlineData("--get", ":x")]
    [InlineData("--timeout", "8d")]
    [InlineData("--kernel=", "--verbose")]
    [InlineData("--put:a:/b")]
    [InlineData("[suggest]")]
    [InlineData("@options")]
    [InlineData("./lab")]
    [InlineData("-vh")]
    [InlineData("--cpus", "2", "4")]
    public void A_bad_option_is_refused(params string[] arguments)
    {
        var error = Assert.Throws<LabException>(() => LabOptions.Parse(arguments));

        Assert.Equal(LabExitCode.Usage, error.ExitCode);
    }

    [Theory]
    [InlineData("option '--bogus' is unknown; see ./lab --help; a command comes after --", "--bogus")]
    [InlineData("option 'stray' is unknown; see ./lab --help; a command comes after --", "stray")]
    [InlineData("--nodes needs a value; see ./lab --help", "--nodes")]
    [InlineData("--nodes needs a value; see ./lab --help", "--nodes", "--", "ls")]
    [InlineData("--la57 takes no value; see ./lab --help", "--la57=yes")]
    [InlineData("there is no command after --; leave -- out for a shell", "--")]
    [InlineData("--cpus '65' is not 1 to 64", "--cpus", "2", "--cpus", "65")]
    [InlineData("--pmem '1000M' is not a multiple of 128M; write it as 512M or 1G", "--pmem", "1000M")]
    [InlineData("--disk 'large' is not a size in pages; write it as 512M or 4G", "--disk", "large")]
    [InlineData("--mthp '48K' is not 16K to 1M, doubled each time; write it as 64K", "--mthp", "48K")]
    [InlineData("--mthp '2M' is not 16K to 1M, doubled each time; write it as 64K", "--mthp", "2M")]
    [InlineData("pool '1:3M' is not NODE:SIZE in pages of 2M; write it as 0:64M,1:128M", "--hugetlb", "0:64M,1:3M")]
    [InlineData("distance '0-1:9' is not NODE-NODE:11 to 254; write it as 0-1:21,0-2:17", "--distances", "0-1:9")]
    [InlineData("distance '1:0-20' is not NODE-NODE:11 to 254; write it as 0-1:21,0-2:17", "--distances", "1:0-20")]
    [InlineData("--distances: there is no node 2; the nodes are 0 to 1", "--distances", "0-2:20")]
    [InlineData("--sockets 3 is more than there are nodes or CPUs; give at most 2", "--sockets", "3")]
    [InlineData("--timeout '-5' is not a duration; write it as 90s or 2m", "--timeout", "-5")]
    [InlineData("--put 'nowhere' does not have two paths; write HOSTPATH:GUESTPATH", "--bogus", "--put", "nowhere")]
    public void A_bad_option_is_told_in_one_line(string message, params string[] arguments) =>
        Assert.Equal(message, Assert.Throws<LabException>(() => LabOptions.Parse(arguments)).Message);

    [Fact]
    public void Options_given_again_add_up_or_the_last_counts()
    {
        var options = LabOptions.Parse(["--cpus", "2", "--cpus=4", "--append", "a", "--append=b=c:d", "--qemu", "-vga none", "--put",
            "@a:/b", "--put", "c:/d", "-v", "--verbose"]);

        Assert.Equal((4, "a b=c:d", true), (options.Spec.Cpus, options.Spec.Append, options.Verbose));
        Assert.Equal(["-vga", "none"], options.Spec.QemuArguments);
        Assert.Equal([("@a", "/b"), ("c", "/d")], options.Puts);
    }

    [Fact]
    public void Help_is_one_screen_and_names_every_option_once()
    {
        LabCommandLine line = new();
        var help = LabUsage.Text(line).Split('\n');

        Assert.All(help, text => Assert.InRange(text.Length, 0, 100));
        Assert.InRange(help.Length, 30, 50);
        var options = line.Groups.SelectMany(group => group.Options).ToArray();
        Assert.Equal(23, options.Length);
        Assert.All(options, option => Assert.Single(help.TakeWhile(text => text != "Environment"), text => text.StartsWith("  ",
            StringComparison.Ordinal) && text[..Math.Min(text.Length, 22)].Contains(option.Name, StringComparison.Ordinal)));
    }

    [Fact]
    public void What_comes_after_two_dashes_is_the_command_even_if_it_looks_like_options()
    {
        var options = LabOptions.Parse(["--kernel=7", "--cpus", "4", "--put", "a:/b", "--timeout", "90s", "--", "ls", "--help", "--"]);

        Assert.Equal(["ls", "--help", "--"], options.Command);
        Assert.False(options.Help);
        Assert.Equal("7", options.Spec.Kernel);
        Assert.Equal(4, options.Spec.Cpus);
        Assert.Equal([("a", "/b")], options.Puts);
        Assert.Equal(TimeSpan.FromSeconds(90), options.Timeout);
    }
}
