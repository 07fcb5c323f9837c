using Terrace.Host.Control;
using Terrace.Host.Daemon;
using Terrace.Host.Daemon.Requests;
using Terrace.Host.Failures;

namespace Terrace.Host.Tests.Daemon.Requests;

public sealed class AdviseRequestTests
{
    [Theory]
    [InlineData(null, "0x1000-0x2000", "hot, pin, cold, ignore or none")]
    [InlineData("warm", "0x1000-0x2000", "hot, pin, cold, ignore or none")]
    [InlineData("hot", null, "0x7f0000000000-0x7f0040000000")]
    [InlineData("hot", "all of it", "0x7f0000000000-0x7f0040000000")]
    [InlineData("hot", "0x2000-0x1000", "the lower address first")]
    [InlineData("hot", "0x1000-0x1000", "the lower address first")]
    [InlineData("hot", "0x1000-0x2001", "multiples of 0x1000")]
    [InlineData("hot", "0xffff800000000000-0xffff800000001000", "0x100000000000000")]
    public async Task What_is_no_advice_is_refused_with_what_to_say_instead(string? advice, string? range, string fix)
    {
        ControlResponse answer = await AnswerAsync(advice, range);
        Assert.Equal(ExitCode.Usage, answer.ExitCode);
        Assert.Contains(fix, answer.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_who_is_not_managed_is_told_so()
    {
        ControlResponse answer = await AnswerAsync("hot", "0x1000-0x2000");
        Assert.Equal(ExitCode.NoSuchProcess, answer.ExitCode);
        Assert.Contains("not managed", answer.Problem, StringComparison.Ordinal);
    }

    private static Task<ControlResponse> AnswerAsync(string? advice, string? range) =>
        new AdviseRequest(new LoopOnTheSpot(), new TargetRegistry()).AnswerAsync(
            new ControlRequest { Version = 1, Command = ControlCommand.Advise, Advice = advice, Range = range },
            new PeerIdentity(1000, MayChange: false));
}
