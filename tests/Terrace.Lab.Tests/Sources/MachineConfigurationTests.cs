using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Terrace.Lab.Sources;

namespace Terrace.Lab.Tests.Sources;

/// <summary>
/// The lab's program on a machine with another package configuration: apt takes it from a folder that $APT_CONFIG names, and asks a
/// proxy that only answers "not found".
/// </summary>
public sealed class MachineConfigurationTests : IDisposable
{
    private const string Source = "deb [trusted=yes] http://mirror.invalid/debian bookworm main\n";

    private static readonly byte[] s_notFound = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray();

    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-machine-").FullName;

    public MachineConfigurationTests()
    {
        if (!File.Exists("/usr/bin/apt-get"))
        {
            Assert.Skip("apt-get is not installed here");
        }

        Write("machine.conf", $"Dir \"{_folder}\";\n");
        Write("etc/os-release", "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("Acquire::http::Proxy \"http://{0}\";", "")]
    [InlineData("Acquire::http::Proxy \"http://127.0.0.1:9\"; Acquire::http::Proxy::mirror.invalid \"http://{0}\";", "")]
    [InlineData("Acquire::http::Proxy-Auto-Detect \"{1}\";", "")]
    [InlineData("", "http_proxy=http://{0}")]
    public async Task The_archive_is_asked_through_the_proxy_of_the_machine(string setting, string variable)
    {
        using TcpListener proxy = new(IPAddress.Loopback, 0);
        proxy.Start();
        Task<List<string>> asked = AnswerAsync(proxy);
        Write("etc/apt/sources.list", Source);
        Write("detect", $"#!/bin/sh\necho http://{proxy.LocalEndpoint}\n");
        File.SetUnixFileMode(Path.Combine(_folder, "detect"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Write("etc/apt/apt.conf.d/80proxy", string.Format(setting, proxy.LocalEndpoint, Path.Combine(_folder, "detect")));
        (int code, string error) = await PrepareAsync(string.Format(variable, proxy.LocalEndpoint));
        proxy.Stop();

        Assert.Contains("GET http://mirror.invalid/debian/dists/bookworm/InRelease HTTP/1.1", await asked);
        Assert.True(code == LabExitCode.Unavailable, error);
    }

    [Fact]
    public async Task A_host_that_the_machine_asks_directly_is_asked_directly()
    {
        Write("etc/apt/sources.list", Source);
        Write("etc/apt/apt.conf.d/80proxy",
            "Acquire::http::Proxy \"http://127.0.0.1:9\"; Acquire::http::Proxy::mirror.invalid \"DIRECT\";");
        (_, string error) = await PrepareAsync("");

        Assert.Contains("resolve 'mirror.invalid'", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("somebody:hidden@", "")]
    [InlineData("", "machine http://mirror.invalid login somebody password hidden\n")]
    public async Task The_password_of_the_machine_is_used_and_not_printed(string inAddress, string inFile)
    {
        using TcpListener proxy = new(IPAddress.Loopback, 0);
        proxy.Start();
        Task<List<string>> asked = AnswerAsync(proxy);
        Write("etc/apt/sources.list", Source.Replace("mirror.invalid", inAddress + "mirror.invalid", StringComparison.Ordinal));
        Write("etc/apt/auth.conf", inFile);
        (_, string error) = await PrepareAsync($"http_proxy=http://{proxy.LocalEndpoint}");
        proxy.Stop();

        Assert.Contains("Authorization: Basic " + Convert.ToBase64String("somebody:hidden"u8), await asked);
        Assert.Contains("http://mirror.invalid/debian", error, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_of_the_machine_after_its_own_updates_are_not_run()
    {
        string mark = Path.Combine(_folder, "mark");
        Write("etc/apt/sources.list", "deb [trusted=yes] http://127.0.0.1:9/debian bookworm main\n");
        Write("etc/apt/apt.conf.d/90hook",
            $"APT::Update::Pre-Invoke {{ \"touch {mark}\"; }};\nAPT::Update::Post-Invoke {{ \"touch {mark}\"; }};\n");
        await PrepareAsync("");

        Assert.False(File.Exists(mark));
    }

    [Fact]
    public async Task A_mirror_that_does_not_answer_is_told_in_one_line_with_where_it_is_named()
    {
        Write("etc/apt/sources.list", "# the nearest\ndeb [trusted=yes] http://127.0.0.1:9/debian bookworm main\n");
        (int code, string error) = await PrepareAsync("");

        Assert.Equal(LabExitCode.Unavailable, code);
        string line = Assert.Single(error.Split('\n'), text => text.StartsWith("lab: cannot fetch a kernel", StringComparison.Ordinal));
        Assert.Contains("http://127.0.0.1:9/debian", line, StringComparison.Ordinal);
        Assert.Contains($"{_folder}/etc/apt/sources.list:2", line, StringComparison.Ordinal);
        Assert.Contains(MirrorSettings.MirrorVariable, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_that_is_not_Debian_is_told_to_name_a_mirror()
    {
        Write("etc/os-release", "ID=ubuntu\nPRETTY_NAME=\"Ubuntu 24.04 LTS\"\n");
        Write("etc/apt/sources.list.d/ubuntu.sources", "Types: deb\nURIs: http://mirror.invalid/ubuntu\nSuites: noble\nComponents: main\n");
        (int code, string error) = await PrepareAsync("");

        Assert.Equal(LabExitCode.Unavailable, code);
        Assert.Contains("cannot fetch a kernel: this machine is Ubuntu 24.04 LTS", error, StringComparison.Ordinal);
        Assert.Contains($"{MirrorSettings.MirrorVariable}=http://HOST/debian", error, StringComparison.Ordinal);
        (code, error) = await PrepareAsync($"{MirrorSettings.MirrorVariable}=nonsense");
        Assert.True(code == LabExitCode.Usage, error);
    }

    private void Write(string path, string text)
    {
        string full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    private async Task<(int Code, string Error)> PrepareAsync(string variable)
    {
        ProcessStartInfo start = new(Path.Combine(AppContext.BaseDirectory, "terrace-lab"), ["--prepare"]) { RedirectStandardError = true };
        foreach (string name in (string[])["http_proxy", "https_proxy", "no_proxy", "all_proxy", MirrorSettings.MirrorVariable,
            MirrorSettings.KeyringVariable])
        {
            start.Environment.Remove(name);
        }

        start.Environment["APT_CONFIG"] = Path.Combine(_folder, "machine.conf");
        start.Environment["TERRACE_LAB_CACHE"] = Path.Combine(_folder, "cache");
        if (variable.Split('=', 2) is [var set, var value])
        {
            start.Environment[set] = value;
        }

        using Process process = Process.Start(start)!;
        string error = await process.StandardError.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        return (process.ExitCode, error);
    }

    /// <summary>Answers every request with 404 until the listener is stopped; returns all lines that it was sent.</summary>
    private static async Task<List<string>> AnswerAsync(TcpListener listener)
    {
        List<string> lines = [];
        try
        {
            while (true)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync(Stop);
                using StreamReader reader = new(client.GetStream(), Encoding.ASCII);
                while (await reader.ReadLineAsync(Stop) is { } line)
                {
                    lines.Add(line);
                    if (line.Length == 0)
                    {
                        await client.GetStream().WriteAsync(s_notFound, Stop);
                        break;
                    }
                }
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException)
        {
            return lines;
        }
    }
}
