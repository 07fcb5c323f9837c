using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Host.Configuration;
using Terrace.Host.Control;
using Terrace.Host.Daemon;
using Terrace.Host.Failures;
using Terrace.Linux;
using Terrace.Linux.Processes;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Host.Tests.Daemon;

public sealed class ControlDeskTests : IDisposable
{
    private static readonly string[] s_commands = ["status", "targets", "set", "pause", "resume", "explain", "reload", "Set", "set ", "", "\0", "pause\n", "🂡"];
    private static readonly string?[] s_targets = [null, "", "group", "group:", "1", "-1", "99999999999999999999", "*", "../../etc/shadow", "\u001b[2J", new('x', 100_000)];
    private static readonly string?[] s_shares = [null, "", "40%", "1e9%", "-1%", "NaN%", "9999999999999999999G", "auto", "rule", "40", "\0", new('9', 10_000)];

    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;
    private readonly CapturedTree _tree = CapturedTree.CopyOf("two-tier-6.12");
    private readonly LinuxMachine _machine;
    private readonly TerraceDaemon _daemon;
    private readonly TieringEngine _engine;
    private readonly GroupBook _groups;
    private readonly TieringGroup _group;
    private readonly ControlDesk _desk;

    public ControlDeskTests()
    {
        DaemonSettings settings = new() { Configuration = Path.Combine(_folder, "terrace.yaml"), RunFolder = _folder, StateFolder = _folder };
        _machine = new LinuxMachine(_tree.Root);
        ShareOverrides overrides = new(SharesPath);
        TargetBook targets = new();
        _daemon = new TerraceDaemon(settings, new DaemonConfiguration(), _machine, NullLogger.Instance);
        _engine = new TieringEngine(_machine, DaemonConfiguration.StandardTiering, TimeProvider.System);
        _groups = new GroupBook(overrides);
        _group = _groups.GroupOf(new TargetRule { Name = "group", Match = new RuleMatch(), Fast = FastShare.OfPages(0.3) }, new ProcessIdentity(), 1, DaemonConfiguration.StandardTiering);
        _desk = new ControlDesk(_daemon, _engine, targets, _groups, overrides, NullLogger.Instance);
    }

    private string SharesPath => Path.Combine(_folder, "shares.json");

    public void Dispose()
    {
        _engine.Dispose();
        _daemon.Dispose();
        _machine.Dispose();
        _tree.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void None_of_fifty_thousand_requests_of_one_without_rights_changes_anything()
    {
        PeerIdentity stranger = new(4711, MayChange: false);
        Random random = new(11);
        for (int i = 0; i < 50_000; i++)
        {
            ControlResponse response = _desk.Answer(Request(random), stranger);
            Assert.Null(response.Done);
            AssertSound(response);
        }

        Assert.False(_daemon.IsPaused);
        Assert.False(_group.IsPaused);
        Assert.Equal(FastShare.OfPages(0.3), _group.Share);
        Assert.False(File.Exists(SharesPath));
    }

    [Fact]
    public void Whatever_root_asks_for_is_done_or_refused_with_a_fix()
    {
        PeerIdentity root = new(0, MayChange: true);
        Random random = new(12);
        for (int i = 0; i < 10_000; i++)
        {
            AssertSound(_desk.Answer(Request(random), root));
        }

        // What was made of it is a share still.
        Assert.InRange(_group.Share.Fraction ?? 0, 0, 1);
    }

    private static T Any<T>(Random random, T[] values) => values[random.Next(values.Length)];

    private static ControlRequest Request(Random random) => new()
    {
        Version = ControlRequest.ProtocolVersion,
        Command = Any(random, s_commands),
        Target = Any(random, s_targets),
        Fast = Any(random, s_shares),
        Persist = random.Next(100) == 0,
        Address = random.Next(2) == 0 ? "0xzz" : null,
    };

    // An answer is short, whatever was asked, and says what is wrong and how to fix it.
    private static void AssertSound(ControlResponse response)
    {
        Assert.True(response.Ok || (response.Problem!.Length > 0 && response.Fix!.Length > 0 && response.ExitCode != 0));
        Assert.InRange(JsonSerializer.Serialize(response, ControlJson.Line.ControlResponse).Length, 1, 16 * 1024);
    }

    [Fact]
    public void A_share_with_a_semicolon_is_quoted_whole()
    {
        ControlRequest request = new() { Version = ControlRequest.ProtocolVersion, Command = "set", Target = "group", Fast = "4; 5" };
        ControlResponse response = _desk.Answer(request, new PeerIdentity(0, MayChange: true));
        Assert.Equal("'4; 5' is neither a percentage nor a size", response.Problem);
        Assert.Equal("write for example 40%, 2G or auto", response.Fix);
    }
}
