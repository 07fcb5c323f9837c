using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Terrace.Lab.Image;
using Terrace.Lab.Kernels;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Machine;

/// <content>Booting, and what is said when that fails.</content>
public sealed partial class LabMachine
{
    /// <summary>Whether a machine could be started here; null, or why not.</summary>
    public static string? WhyUnavailable() =>
        HostPrograms.Find(
            "qemu-system-x86_64") is null ? "qemu-system-x86_64 is missing; install it with eng/install-packages qemu-system-x86"
        : HostPrograms.Find("busybox") is null ? "busybox is missing; install it with eng/install-packages busybox-static"
        : HostPrograms.Find("setpriv") is null ? "setpriv is missing; install it with eng/install-packages util-linux"
        : null;

    private const int MaxAttempts = 3;

    /// <summary>Boots a machine and waits until it takes commands.</summary>
    /// <param name="spec">The machine.</param>
    /// <param name="progress">Told in one line what takes time, such as fetching a kernel.</param>
    /// <param name="ct">Gives the boot up.</param>
    /// <exception cref="LabException">It cannot be started, or does not come up in time.</exception>
    public static async Task<LabMachine> BootAsync(LabSpec spec, Action<string>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (WhyUnavailable() is { } reason)
        {
            throw LabException.Unavailable($"cannot start a machine: {reason}");
        }

        var kernel = await KernelStore.GetAsync(spec.Kernel, refresh: false, progress ?? (_ => { }), ct);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await BootOnceAsync(spec, kernel, ct);
            }
            catch (LabException error) when (error.IsPassing && attempt < MaxAttempts)
            {
                progress?.Invoke($"{error.Message}; trying again");
            }
        }
    }

    private static async Task<LabMachine> BootOnceAsync(LabSpec spec, KernelImage kernel, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("terrace-lab-").FullName;
        var succeeded = false;
        try
        {
            await Initramfs.BuildAsync(Path.Combine(folder, "initramfs"), spec, kernel, ct);
            if (spec.DiskBytes > 0)
            {
                // Of holes: it takes room on the host as it is written to.
                await using var disk = File.Create(QemuCommandLine.Disk(folder));
                disk.SetLength(spec.DiskBytes);
            }

            var machine = await StartAsync(spec, kernel, folder, ct);
            try
            {
                await machine.SetUpAsync(spec);
                succeeded = true;
                return machine;
            }
            finally
            {
                if (!succeeded)
                {
                    await machine.qemu.DisposeAsync();
                }
            }
        }
        finally
        {
            if (!succeeded)
            {
                DeleteFolder(folder);
            }
        }
    }

    // A QEMU that is going may still write its log there, and what watches over it its mark; what they leave must not hide why the
    // machine did not boot, nor fail what has ended well.
    private static void DeleteFolder(string folder)
    {
        for (int attempt = 0; attempt < 20 && Directory.Exists(folder); attempt++)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException)
            {
                Thread.Sleep(100);
            }
        }
    }

    private static async Task<LabMachine> StartAsync(LabSpec spec, KernelImage kernel, string folder, CancellationToken ct)
    {
        var listeners = QemuCommandLine.Ports.Select(port => Listen(QemuCommandLine.PortSocket(folder, port))).ToArray();
        var watch = Stopwatch.StartNew();
        QemuProcess? qemu = null;
        try
        {
            qemu = await QemuProcess.StartAsync(
                HostPrograms.Find("qemu-system-x86_64")!, QemuCommandLine.Build(
                    spec, kernel.VmlinuzPath, folder), folder, spec.ConsoleOnTerminal);
            using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(ct);
            giveUp.CancelAfter(spec.BootTimeout);
            var connect = ConnectAsync(listeners, giveUp.Token);
            var exit = qemu.WaitForExitAsync(giveUp.Token);
            if (await Task.WhenAny(connect, exit) == exit)
            {
                await giveUp.CancelAsync();
                ct.ThrowIfCancellationRequested();
                throw Died(folder, kernel, qemu.HasExited, spec.BootTimeout);
            }

            var (ports, answers, ready) = await connect;
            if (ready is not ["ready", var release])
            {
                ct.ThrowIfCancellationRequested();
                throw Died(folder, kernel, exited: true, spec.BootTimeout);
            }

            var machine = new LabMachine(folder, qemu, ports, answers, release, watch.Elapsed);
            qemu = null;
            return machine;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw Died(folder, kernel, exited: false, spec.BootTimeout);
        }
        finally
        {
            foreach (var listener in listeners)
            {
                listener.Dispose();
            }

            if (qemu is not null)
            {
                await qemu.DisposeAsync();
            }
        }
    }

    private static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen(1);
        return socket;
    }

    private static async Task<(
        NetworkStream[] Ports, StreamReader Answers, string[] Ready)> ConnectAsync(Socket[] listeners, CancellationToken ct)
    {
        var ports = new NetworkStream[listeners.Length];
        for (var i = 0; i < listeners.Length; i++)
        {
            ports[i] = new NetworkStream(await listeners[i].AcceptAsync(ct), ownsSocket: true);
        }

        var answers = new StreamReader(ports[0], Encoding.ASCII, leaveOpen: true);
        var ready = await answers.ReadLineAsync(ct);
        return (ports, answers, (ready ?? "").Split(' '));
    }

    private static LabException Died(string folder, KernelImage kernel, bool exited, TimeSpan timeout)
    {
        var complaint = ReadLog(folder, "qemu.log").Trim();
        var console = LastWords(folder);
        var said = complaint.Length > 0 && !console.Contains("Kernel panic", StringComparison.Ordinal)
            ? $"QEMU says: {complaint.ReplaceLineEndings(" ")}"
            : console;
        return exited
            ? new LabException(
                LabExitCode.Unavailable,
                $"the machine with kernel {kernel.Name} died while it booted; {said}")
            { IsPassing = IsRaceOfEmulation(folder) }
            : LabException.TimedOut(
                $"the machine with kernel {kernel.Name} was not up after {timeout.TotalSeconds:0} s; {said}",
                "raise --boot-timeout on a slow host");
    }

    /// <summary>
    /// While a kernel patches its own code it puts a breakpoint (int3) there for a moment. An emulated CPU may run into it after
    /// the kernel has forgotten
    /// it: seen in a few of very many boots with two CPUs, in sched_clock_cpu, which has a static key.
    /// </summary>
    private static bool IsRaceOfEmulation(string folder) => ReadLog(folder, "console.log").Contains("Oops: int3", StringComparison.Ordinal);

    /// <summary>
    /// The reason that a kernel gave for its end, or its last lines; the whole console is kept in a file that outlives the
    /// machine.
    /// </summary>
    private static string LastWords(string folder)
    {
        var lines = ReadLog(folder, "console.log").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.Length == 0)
        {
            return "its console is empty";
        }

        var kept = Path.Combine(Path.GetTempPath(), $"terrace-lab-console-{Path.GetFileName(folder)["terrace-lab-".Length..]}.log");
        File.Copy(Path.Combine(folder, "console.log"), kept, overwrite: true);
        var reason = lines.FirstOrDefault(line => line.Contains("Kernel panic", StringComparison.Ordinal))
            ?? string.Join(" | ", lines.TakeLast(3));
        return $"its console says: {reason} (all of it: {kept})";
    }

    private static string ReadLog(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            return "";
        }

        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    private async Task SetUpAsync(LabSpec spec)
    {
        if (spec.Nested)
        {
            var result = await RunAsync("/sbin/lab-kvm", TimeSpan.FromMinutes(1));
            if (result.ExitCode != 0)
            {
                throw LabException.Unavailable(
                    $"KVM makes no guests in this machine: {result.Stderr.Trim()}", "has this kernel kvm-amd? try --kernel 6.12");
            }
        }

        if (spec.PmemBytes > 0)
        {
            var result = await RunAsync("/sbin/lab-pmem", TimeSpan.FromMinutes(1));
            if (result.ExitCode != 0)
            {
                throw LabException.Unavailable(
                    $"the NVDIMM did not become memory: {result.Stderr.Trim()}", "is kmem missing in this kernel? try --kernel 6.12");
            }
        }
    }
}
