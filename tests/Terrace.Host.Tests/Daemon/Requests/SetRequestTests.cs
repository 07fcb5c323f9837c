using Terrace.Core.Units;
using Terrace.Host.Control;
using Terrace.Host.Failures;
using Terrace.Host.Files;

namespace Terrace.Host.Tests.Daemon.Requests;

public sealed class SetRequestTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_share_with_a_semicolon_is_quoted_whole()
    {
        using RequestFixture daemon = new();
        using IDisposable running = daemon.RunLoop();
        ControlResponse answer = await daemon.AskAsync(Set("4; 5", persist: false), RequestFixture.Root);
        Assert.Equal("'4; 5' is neither a percentage nor a size", answer.Problem);
        Assert.Equal("write for example 40%, 2G or auto", answer.Fix);
    }

    [Fact]
    public async Task A_slow_disk_holds_up_the_answer_and_neither_the_share_nor_the_loop()
    {
        using ManualResetEventSlim disk = new();
        using SemaphoreSlim begun = new(0);
        using RequestFixture daemon = new((path, text) =>
        {
            begun.Release();
            disk.Wait(s_patience);
            AtomicFile.Write(path, text);
        });
        File.WriteAllText(daemon.SharesPath, "old");
        using IDisposable running = daemon.RunLoop();
        Task<ControlResponse> set = daemon.AskAsync(Set("40%", persist: true), RequestFixture.Root);
        Assert.True(await begun.WaitAsync(s_patience, Cancelled));

        // The disk has the text and does not answer.
        Assert.Equal(FastShare.OfPages(0.4), await ShareAsync(daemon));
        ControlResponse status = await daemon.AskAsync(new ControlRequest { Command = ControlCommand.Status }, RequestFixture.Root)
            .WaitAsync(s_patience, Cancelled);
        Assert.True(status.Ok);
        Assert.False(set.IsCompleted);
        Assert.Equal("old", File.ReadAllText(daemon.SharesPath));

        disk.Set();
        ControlResponse answer = await set.WaitAsync(s_patience, Cancelled);
        Assert.Contains("after restarts too", answer.Done, StringComparison.Ordinal);
        Assert.Contains("40%", File.ReadAllText(daemon.SharesPath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shares_that_are_set_at_once_are_written_in_the_order_in_which_they_hold()
    {
        using ManualResetEventSlim disk = new();
        List<string> written = [];
        using RequestFixture daemon = new((_, text) =>
        {
            disk.Wait(s_patience);
            lock (written)
            {
                written.Add(text);
            }
        });
        using IDisposable running = daemon.RunLoop();
        List<Task<ControlResponse>> sets = [];
        for (int share = 1; share <= 20; share++)
        {
            sets.Add(daemon.AskAsync(Set($"{share}%", persist: true), RequestFixture.Root));
        }

        disk.Set();
        ControlResponse[] answers = await Task.WhenAll(sets).WaitAsync(s_patience, Cancelled);
        Assert.All(answers, answer => Assert.True(answer.Ok));
        Assert.Equal(20, written.Count);
        for (int share = 1; share <= 20; share++)
        {
            Assert.Contains($"\"{share}%\"", written[share - 1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_share_that_cannot_be_kept_holds_and_the_answer_says_that_it_will_not_last()
    {
        using RequestFixture daemon = new((_, _) => throw new CommandFailure(ExitCode.CannotWrite, "cannot write there", "make room"));
        using IDisposable running = daemon.RunLoop();
        ControlResponse answer = await daemon.AskAsync(Set("40%", persist: true), RequestFixture.Root).WaitAsync(s_patience, Cancelled);
        Assert.Equal((false, ExitCode.CannotWrite), (answer.Ok, answer.ExitCode));
        Assert.Contains("but it cannot be kept: cannot write", answer.Problem, StringComparison.Ordinal);
        Assert.Equal(FastShare.OfPages(0.4), await ShareAsync(daemon));
    }

    [Fact]
    public async Task A_share_that_need_not_last_touches_no_disk()
    {
        using RequestFixture daemon = new((_, _) => Assert.Fail("nothing is to be written"));
        using IDisposable running = daemon.RunLoop();
        ControlResponse answer = await daemon.AskAsync(Set("40%", persist: false), RequestFixture.Root).WaitAsync(s_patience, Cancelled);
        Assert.Contains("until the daemon ends", answer.Done, StringComparison.Ordinal);
    }

    // As the loop sees it.
    private static Task<FastShare?> ShareAsync(RequestFixture daemon) =>
        daemon.Host.RunAsync(() => daemon.Shares.ShareOf("group")).WaitAsync(s_patience, Cancelled);

    private static ControlRequest Set(string share, bool persist) =>
        new() { Command = ControlCommand.Set, Target = "group", Fast = share, Persist = persist };
}
