using Terrace.Core.Units;
using Terrace.Linux.Files;
using Terrace.Linux.Processes;
using Xunit;

namespace Terrace.Linux.Tests.Processes;

/// <summary>That others are kept away is tried with real instances, in the lab.</summary>
public sealed class ProcessClaimsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-claims-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Only_its_owner_may_open_the_file_whatever_it_was_before()
    {
        string file = Path.Combine(_folder, "managed.lock");
        File.WriteAllText(file, "");
        File.SetUnixFileMode(file, (UnixFileMode)Convert.ToInt32("666", 8));
        using ProcessClaims? claims = ProcessClaims.TryOpen(_folder, out Problem? problem);
        Assert.Null(problem);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Null(claims!.TryClaim(Environment.ProcessId));
        Assert.Null(claims.TryClaim(Environment.ProcessId));
        claims.Release(Environment.ProcessId);
        claims.Release(Environment.ProcessId);
    }

    [Fact]
    public void A_link_in_its_place_is_not_followed()
    {
        string elsewhere = Path.Combine(_folder, "elsewhere");
        File.CreateSymbolicLink(Path.Combine(_folder, "managed.lock"), elsewhere);
        Assert.Null(ProcessClaims.TryOpen(_folder, out Problem? problem));
        Assert.Contains("managed.lock cannot be opened", problem!.What, StringComparison.Ordinal);
        Assert.False(File.Exists(elsewhere));
    }

    [Theory]
    [InlineData("terrace\0manage\0--pid\01\0", "manage")]
    [InlineData("/usr/bin/terrace\0--verbose\0daemon\0", "daemon")]
    [InlineData("/usr/lib/terrace/terrace-portable\0run\0--\0daemon\0", "run")]
    [InlineData("daemon\0", null)]
    [InlineData("", null)]
    public void A_holder_is_called_by_its_command(string commandLine, string? command)
    {
        string process = Path.Combine(_folder, "proc", "7");
        Directory.CreateDirectory(process);
        File.WriteAllText(Path.Combine(process, "cmdline"), commandLine);
        Assert.Equal(command, ClaimHolder.CommandOf(new FileTree(_folder), 7));
        Assert.Null(ClaimHolder.CommandOf(new FileTree(_folder), 8));
    }
}
