using System.Text.Json;
using Terrace.Core.Units;
using Terrace.Host.Control;
using Terrace.Host.Daemon;
using Terrace.Host.Daemon.Requests;

namespace Terrace.Host.Tests.Daemon.Requests;

public sealed class RequestTableTests : IDisposable
{
    private static readonly string[] s_commands =
        ["status", "targets", "set", "pause", "resume", "explain", "reload", "advise", "Set", "set ", "", "\0", "pause\n", "🂡"];

    private static readonly string?[] s_targets =
        [null, "", "group", "group:", "1", "-1", "99999999999999999999", "*", "../../etc/shadow", "\u001b[2J", new('x', 100_000)];

    private static readonly string?[] s_shares =
        [null, "", "40%", "1e9%", "-1%", "NaN%", "9999999999999999999G", "auto", "rule", "40", "\0", new('9', 10_000)];

    private readonly RequestFixture _daemon = new();

    public void Dispose() => _daemon.Dispose();

    [Fact]
    public async Task None_of_fifty_thousand_requests_of_one_without_rights_changes_anything()
    {
        Random random = new(11);
        for (int i = 0; i < 50_000; i++)
        {
            ControlResponse response = await _daemon.AskAsync(Request(random), RequestFixture.Stranger);
            Assert.Null(response.Done);
            AssertSound(response);
        }

        Assert.False(_daemon.Host.Engine.IsPaused);
        Assert.False(_daemon.Group.IsPaused);
        Assert.Equal(FastShare.OfPages(0.3), _daemon.Group.Share);
        Assert.False(File.Exists(_daemon.SharesPath));
    }

    [Fact]
    public async Task Whatever_root_asks_for_is_done_or_refused_with_a_fix()
    {
        Random random = new(12);
        for (int i = 0; i < 10_000; i++)
        {
            AssertSound(await _daemon.AskAsync(Request(random), RequestFixture.Root));
        }

        // What was made of it is a share still.
        Assert.InRange(_daemon.Group.Share.Fraction ?? 0, 0, 1);
    }

    [Theory]
    [InlineData(256, "there is no target")]
    [InlineData(257, "too long")]
    public async Task A_target_has_as_many_characters_as_the_protocol_says(int length, string problem)
    {
        ControlRequest request = new() { Command = ControlCommand.Pause, Target = new string('x', length) };
        Assert.Contains(problem, (await _daemon.AskAsync(request, RequestFixture.Root)).Problem, StringComparison.Ordinal);
        Assert.Contains("at most 256 characters", RepositoryFile.Read("docs/control.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_is_answered_by_what_it_says_that_it_reads_and_nothing_else()
    {
        ControlRequest full = new()
        {
            Target = "group",
            Fast = "40%",
            Persist = true,
            Address = "7f0000000000",
            Range = "0x1000-0x2000",
            Advice = "hot",
        };
        foreach (DaemonRequest request in _daemon.Table.All)
        {
            ControlRequest needed = new()
            {
                Command = request.Name,
                Target = request.Reads.Contains("target") ? full.Target : null,
                Fast = request.Reads.Contains("fast") ? full.Fast : null,
                Persist = request.Reads.Contains("persist"),
                Address = request.Reads.Contains("address") ? full.Address : null,
                Range = request.Reads.Contains("range") ? full.Range : null,
                Advice = request.Reads.Contains("advice") ? full.Advice : null,
            };
            ControlResponse answer = await _daemon.AskAsync(needed, RequestFixture.Root);
            Assert.Equal(Kernel(answer), Kernel(await _daemon.AskAsync(full with { Command = request.Name }, RequestFixture.Root)));
        }

        static (bool Ok, int ExitCode, string? Problem, string? Done) Kernel(ControlResponse answer) =>
            (answer.Ok, answer.ExitCode, answer.Problem, answer.Done);
    }

    [Fact]
    public void The_protocols_page_names_every_request_with_what_it_reads_and_who_may()
    {
        string page = RepositoryFile.Read("docs/control.md");
        string[] members = FirstCells(page, "| member | meaning |");
        string[][] rows = Rows(page, "| command | needs | who | answer has |");
        Assert.Equal(
            _daemon.Table.All.Select(request => request.Name).Order(StringComparer.Ordinal),
            rows.SelectMany(row => Names(row[0])).Order(StringComparer.Ordinal));
        foreach (DaemonRequest request in _daemon.Table.All)
        {
            string[] row = Assert.Single(rows, row => Names(row[0]).Contains(request.Name));
            Assert.StartsWith(
                request.Right switch
                {
                    RequestRight.MayChange => "root, group `terrace`",
                    RequestRight.OwnProcesses => "everybody, of their own ",
                    _ => "everybody",
                },
                row[2],
                StringComparison.Ordinal);
            Assert.Equal(request.Right == RequestRight.Everybody, row[2] == "everybody");
            Assert.All(Names(row[1]), name => Assert.Contains(name, request.Reads));
            Assert.All(request.Reads, name => Assert.Contains(name, members));
            Assert.Contains($"`{request.Name}`", page[..page.IndexOf("| `target` |", StringComparison.Ordinal)], StringComparison.Ordinal);
        }
    }

    private static string[] FirstCells(string page, string head) => [.. Rows(page, head).SelectMany(row => Names(row[0]))];

    // The rows of the first table with this head, without the line under the head.
    private static string[][] Rows(string page, string head) =>
    [
        .. page[page.IndexOf(head, StringComparison.Ordinal)..].Split('\n').Skip(2).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries)),
    ];

    private static string[] Names(string cell) => [.. cell.Split('`').Where((_, i) => i % 2 == 1)];

    private static T Any<T>(Random random, T[] values) => values[random.Next(values.Length)];

    private static ControlRequest Request(Random random) => new()
    {
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
}
