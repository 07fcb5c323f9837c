using System.Globalization;
using Terrace.Host.Control;
using Terrace.Host.Failures;
using Terrace.Linux.Mappings;

namespace Terrace.Host.Tests.Daemon.Requests;

public sealed class ExplainRequestTests : IDisposable
{
    private readonly RequestFixture _daemon = new();

    public void Dispose() => _daemon.Dispose();

    [Fact]
    public async Task A_page_is_explained_with_the_mapping_that_it_is_part_of()
    {
        _daemon.ManageThisProcess("tests");
        ProcessMapping mapping = ProcessMaps.Describe(Environment.ProcessId)[0];
        PageExplanation page = (await AskAsync(Pid, mapping.Start.ToString("x", CultureInfo.InvariantCulture), RequestFixture.Root)).Page!;
        Assert.Equal((Environment.ProcessId, "tests", false), (page.Pid, page.Group, page.Known));
        Assert.StartsWith($"{mapping.Start:x}-{mapping.End:x} ", page.Mapping, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_of_somebody_else_is_answered_as_one_that_is_not_there()
    {
        _daemon.ManageThisProcess("tests");
        ControlResponse others = await AskAsync(Pid, "7f0000000000", RequestFixture.Stranger);
        ControlResponse nobodys = await AskAsync("2147483647", "7f0000000000", RequestFixture.Stranger);
        Assert.Equal(ExitCode.NoSuchProcess, others.ExitCode);
        Assert.Equal(nobodys.Problem!.Replace("2147483647", Pid, StringComparison.Ordinal), others.Problem);
        Assert.Equal(nobodys with { Problem = others.Problem }, others);
    }

    [Fact]
    public async Task One_whose_process_is_gone_gets_no_addresses_of_its_own_users_processes()
    {
        Host.Daemon.ManagedTarget target = _daemon.ManageThisProcess("tests");
        Host.Daemon.PeerIdentity gone = new(uint.Parse(target.Identity.UserId!, CultureInfo.InvariantCulture), MayChange: false)
        {
            Place = Linux.Processes.ProcessPlace.OfThis,
        };
        Assert.True(gone.MaySee(target));
        Assert.Equal(ExitCode.NoSuchProcess, (await AskAsync(Pid, "7f0000000000", gone)).ExitCode);
    }

    [Fact]
    public async Task What_is_no_address_is_refused()
    {
        _daemon.ManageThisProcess("tests");
        ControlResponse answer = await AskAsync(Pid, "0xzz", RequestFixture.Root);
        Assert.Equal(ExitCode.Usage, answer.ExitCode);
        Assert.Contains("'0xzz' is not an address", answer.Problem, StringComparison.Ordinal);
    }

    private static string Pid => Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    private Task<ControlResponse> AskAsync(string target, string address, Host.Daemon.PeerIdentity peer) =>
        _daemon.AskAsync(new ControlRequest { Command = ControlCommand.Explain, Target = target, Address = address }, peer);
}
