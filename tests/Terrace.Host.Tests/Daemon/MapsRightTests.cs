using System.Diagnostics;
using Terrace.Host.Daemon;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;

namespace Terrace.Host.Tests.Daemon;

/// <summary>Compares with what the kernel itself says to another process of the same user.</summary>
public sealed class MapsRightTests : IDisposable
{
    private const string User = "64999";

    // prctl(PR_SET_DUMPABLE, 0), as agents that keep keys do; then it has the name that is waited for.
    private const string NotDumpable = "syscall(157, 4, 0, 0, 0, 0); $0 = 'sleep'; sleep $ARGV[0]";

    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;
    private readonly List<Process> _started = [];

    public void Dispose()
    {
        foreach (Process process in _started)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("not dumpable", false)]
    [InlineData("set-group-id", false)]
    [InlineData("other real user", false)]
    [InlineData("capability", false)]
    [InlineData("user namespace", false)]
    [InlineData("other user", false)]
    public void Addresses_are_told_to_whom_the_kernel_tells_them(string kind, bool may)
    {
        Assert.SkipUnless(
            EffectiveUser.IsRoot && File.Exists("/usr/bin/setpriv") && File.Exists("/usr/bin/perl"),
            "becoming other users needs root and setpriv");
        File.SetUnixFileMode(_folder, (UnixFileMode)Convert.ToInt32("755", 8));
        string program = Path.Combine(_folder, "sleep");
        File.Copy("/bin/sleep", program);
        File.SetUnixFileMode(program, (UnixFileMode)Convert.ToInt32(kind == "set-group-id" ? "2755" : "755", 8));
        string[] be = ["--reuid", User, "--regid", User, "--clear-groups"];
        int pid = kind switch
        {
            "other real user" => Start(["--ruid", "64998", "--euid", User, "--regid", User, "--clear-groups", program]),
            "capability" => Start([.. be, "--inh-caps", "+net_raw", "--ambient-caps", "+net_raw", program]),
            "not dumpable" => Start([.. be, "perl", "-e", NotDumpable]),
            "user namespace" => Start([.. be, "unshare", "--user", program]),
            "other user" => Start(["--reuid", "64998", "--regid", User, "--clear-groups", program]),
            _ => Start([.. be, program]),
        };
        int asks = Start([.. be, "/bin/sleep"]);
        Assert.Equal(0, PidFd.TryOpen(asks, out PidFd? process));
        using PeerIdentity peer = new(uint.Parse(User), MayChange: false)
        {
            GroupId = uint.Parse(User),
            Process = process,
            Place = ProcessPlace.Of(asks),
        };
        Assert.Equal(may, MapsRight.Has(peer, pid));

        // The kernel tells the owner of a user namespace of all in it; we tell only of one's own.
        Assert.Equal(may || kind == "user namespace", KernelSays(be, pid));
        Assert.True(MapsRight.Has(peer with { MayChange = true }, pid));
        Assert.False(MapsRight.Has(peer with { UserId = 0, GroupId = 0 }, pid));
    }

    private static bool KernelSays(string[] be, int pid)
    {
        ProcessStartInfo start = new("setpriv", [.. be, "head", "-c", "1", $"/proc/{pid}/maps"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using Process cat = Process.Start(start)!;
        string text = cat.StandardOutput.ReadToEnd();
        cat.WaitForExit();
        return text.Length > 0;
    }

    // Until it is the program that was asked for: setpriv replaces itself.
    private int Start(string[] arguments)
    {
        Process process = Process.Start(new ProcessStartInfo("setpriv", [.. arguments, "600"]) { RedirectStandardError = true })!;
        _started.Add(process);
        Assert.True(SpinWait.SpinUntil(
            () => File.ReadAllText($"/proc/{process.Id}/comm").Trim() == "sleep", TimeSpan.FromSeconds(20)));
        return process.Id;
    }
}
