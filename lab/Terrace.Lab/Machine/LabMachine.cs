using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Terrace.Lab.Image;
using Terrace.Lab.Kernels;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Machine;

/// <summary>
/// A running machine with memory tiers. Commands run one after another; what they leave in the background goes on running.
/// The machine dies with this object, and with this process.
/// </summary>
public sealed class LabMachine : IAsyncDisposable
{
    private readonly string folder;
    private readonly QemuProcess qemu;
    private readonly NetworkStream control;
    private readonly NetworkStream killer;
    private readonly StreamReader answers;
    private readonly MarkedStream stdout;
    private readonly MarkedStream stderr;
    private readonly SemaphoreSlim turn = new(1);
    private int requests;
    private bool broken;

    private LabMachine(string folder, QemuProcess qemu, NetworkStream[] ports, StreamReader answers, string release, TimeSpan bootTime)
    {
        this.folder = folder;
        this.qemu = qemu;
        control = ports[0];
        stdout = new MarkedStream(ports[1]);
        stderr = new MarkedStream(ports[2]);
        killer = ports[3];
        this.answers = answers;
        KernelRelease = release;
        BootTime = bootTime;
    }

    /// <summary>The kernel's own name for itself (uname -r).</summary>
    public string KernelRelease { get; }

    /// <summary>From QEMU's start to the first command that could run.</summary>
    public TimeSpan BootTime { get; }

    /// <summary>What the kernel wrote to its serial console so far.</summary>
    public string ConsoleLog => ReadLog(folder, "console.log");

    /// <summary>Whether a machine could be started here; null, or why not.</summary>
    public static string? WhyUnavailable() =>
        HostPrograms.Find("qemu-system-x86_64") is null ? "qemu-system-x86_64 is missing; install it with eng/install-packages qemu-system-x86"
        : HostPrograms.Find("busybox") is null ? "busybox is missing; install it with eng/install-packages busybox-static"
        : HostPrograms.Find("setpriv") is null ? "setpriv is missing; install it with eng/install-packages util-linux"
        : null;

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
        var folder = Directory.CreateTempSubdirectory("terrace-lab-").FullName;
        var succeeded = false;
        try
        {
            await Initramfs.BuildAsync(Path.Combine(folder, "initramfs"), spec, kernel, ct);
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
            if (!succeeded && Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <summary>Runs a shell script and waits for its end.</summary>
    /// <param name="script">The script, for busybox sh.</param>
    /// <param name="timeout">The longest it may take; five minutes unless given.</param>
    /// <param name="onStdout">Given its output as it comes, besides the result.</param>
    /// <param name="onStderr">Given its errors as they come, besides the result.</param>
    /// <param name="ct">Kills the script.</param>
    /// <exception cref="LabException">Timed out (the script is killed, the machine lives on), or the machine died.</exception>
    public async Task<LabResult> RunAsync(
        string script,
        TimeSpan? timeout = null,
        Action<ReadOnlySpan<byte>>? onStdout = null,
        Action<ReadOnlySpan<byte>>? onStderr = null,
        CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(script);
        var content = Encoding.UTF8.GetBytes(script + "\n");
        var output = new MemoryStream();
        var errors = new MemoryStream();
        var watch = Stopwatch.StartNew();
        var code = await RequestAsync(
            id => $"run {id} {content.Length}",
            new MemoryStream(content),
            bytes => { output.Write(bytes); onStdout?.Invoke(bytes); },
            bytes => { errors.Write(bytes); onStderr?.Invoke(bytes); },
            timeout ?? TimeSpan.FromMinutes(5),
            ct);
        return new LabResult(code, Text(output), Text(errors), watch.Elapsed);
    }

    /// <summary>Runs a shell script and gives its output line by line as it comes; an exit code other than 0 is an exception at the end.</summary>
    public async IAsyncEnumerable<string> RunLinesAsync(string script, TimeSpan? timeout = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var lines = Channel.CreateUnbounded<string>();
        var pending = new MemoryStream();
        void Take(ReadOnlySpan<byte> bytes)
        {
            for (var end = bytes.IndexOf((byte)'\n'); end >= 0; end = bytes.IndexOf((byte)'\n'))
            {
                pending.Write(bytes[..end]);
                lines.Writer.TryWrite(Text(pending));
                pending.SetLength(0);
                bytes = bytes[(end + 1)..];
            }

            pending.Write(bytes);
        }

        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var run = RunToEndAsync();
        try
        {
            await foreach (var line in lines.Reader.ReadAllAsync(ct))
            {
                yield return line;
            }

            var result = await run;
            if (result.ExitCode != 0)
            {
                throw new InvalidOperationException($"the command exited with {result.ExitCode}: {result.Stderr.Trim()}");
            }
        }
        finally
        {
            // The caller may stop listening early: then the script ends too.
            if (!run.IsCompleted)
            {
                await abandoned.CancelAsync();
            }

            await run.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        async Task<LabResult> RunToEndAsync()
        {
            try
            {
                var result = await RunAsync(script, timeout, Take, ct: abandoned.Token);
                if (pending.Length > 0)
                {
                    lines.Writer.TryWrite(Text(pending));
                }

                return result;
            }
            finally
            {
                lines.Writer.TryComplete();
            }
        }
    }

    /// <summary>Copies a file or a folder of the host to a path in the machine; the file's mode is kept.</summary>
    public async Task PutAsync(string hostPath, string guestPath, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(hostPath);
        ArgumentNullException.ThrowIfNull(guestPath);
        if (!Path.Exists(hostPath))
        {
            throw LabException.Usage($"'{hostPath}' does not exist", "give a file or a folder of the host");
        }

        if (!guestPath.StartsWith('/') || guestPath.Contains(' ', StringComparison.Ordinal))
        {
            throw LabException.Usage($"'{guestPath}' is no path in the machine", "give an absolute path without spaces");
        }

        var archive = Path.Combine(folder, $"put-{Guid.NewGuid():n}.tar");
        var name = guestPath.EndsWith('/') ? Path.GetFileName(Path.TrimEndingDirectorySeparator(hostPath)) : Path.GetFileName(guestPath);
        var parent = guestPath.EndsWith('/') ? guestPath : Path.GetDirectoryName(guestPath)!;
        try
        {
            await WriteArchiveAsync(archive, hostPath, name, ct);
            await using var content = File.OpenRead(archive);
            var errors = new MemoryStream();
            var code = await RequestAsync(id => $"put {id} {content.Length} {parent}", content, _ => { }, b => errors.Write(b), TimeSpan.FromMinutes(2), ct);
            if (code != 0)
            {
                throw LabException.Unavailable($"cannot put {hostPath} at {guestPath}: {Text(errors).Trim()}", "is there memory left in the machine?");
            }
        }
        finally
        {
            File.Delete(archive);
        }
    }

    /// <summary>Copies a file or a folder of the machine into a folder of the host, which is made if need be.</summary>
    public async Task GetAsync(string guestPath, string hostFolder, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(guestPath);
        var archive = Path.Combine(folder, $"get-{Guid.NewGuid():n}.tar");
        try
        {
            var errors = new MemoryStream();
            await using (var content = File.Create(archive))
            {
                var code = await RequestAsync(id => $"get {id} {guestPath}", null, b => content.Write(b), b => errors.Write(b), TimeSpan.FromMinutes(5), ct);
                if (code != 0)
                {
                    throw LabException.Usage($"cannot get {guestPath}: {Text(errors).Trim()}", "give a path that exists in the machine when the command has ended");
                }
            }

            Directory.CreateDirectory(hostFolder);
            await TarFile.ExtractToDirectoryAsync(archive, hostFolder, overwriteFiles: true, ct);
        }
        finally
        {
            File.Delete(archive);
        }
    }

    /// <summary>Ends the machine at once and removes its files.</summary>
    public async ValueTask DisposeAsync()
    {
        await qemu.DisposeAsync();
        answers.Dispose();
        await control.DisposeAsync();
        turn.Dispose();
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
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
                HostPrograms.Find("qemu-system-x86_64")!, QemuCommandLine.Build(spec, kernel.VmlinuzPath, folder), folder, spec.ConsoleOnTerminal);
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

    private static async Task<(NetworkStream[] Ports, StreamReader Answers, string[] Ready)> ConnectAsync(Socket[] listeners, CancellationToken ct)
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
        var said = complaint.Length > 0 ? $"QEMU says: {complaint.ReplaceLineEndings(" ")}" : LastWords(folder);
        return exited
            ? LabException.Unavailable($"the machine with kernel {kernel.Name} died while it booted; {said}")
            : LabException.TimedOut($"the machine with kernel {kernel.Name} was not up after {timeout.TotalSeconds:0} s; {said}", "raise --boot-timeout on a slow host");
    }

    /// <summary>The reason that a kernel gave for its end, or its last lines; the whole console is kept in a file that outlives the machine.</summary>
    private static string LastWords(string folder)
    {
        var lines = ReadLog(folder, "console.log").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.Length == 0)
        {
            return "its console is empty";
        }

        var kept = Path.Combine(Path.GetTempPath(), $"terrace-lab-console-{Path.GetFileName(folder)["terrace-lab-".Length..]}.log");
        File.Copy(Path.Combine(folder, "console.log"), kept, overwrite: true);
        var reason = lines.FirstOrDefault(line => line.Contains("Kernel panic", StringComparison.Ordinal)) ?? string.Join(" | ", lines.TakeLast(3));
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

    private static string Text(MemoryStream bytes) => Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);

    private static async Task WriteArchiveAsync(string archive, string hostPath, string name, CancellationToken ct)
    {
        await using var file = File.Create(archive);
        await using var tar = new TarWriter(file, TarEntryFormat.Gnu);
        var full = Path.GetFullPath(hostPath);
        await tar.WriteEntryAsync(full, name, ct);
        if (Directory.Exists(full))
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(full, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                await tar.WriteEntryAsync(path, name + path[full.TrimEnd('/').Length..], ct);
            }
        }
    }

    private async Task SetUpAsync(LabSpec spec)
    {
        if (spec.PmemBytes > 0)
        {
            var result = await RunAsync("/sbin/lab-pmem", TimeSpan.FromMinutes(1));
            if (result.ExitCode != 0)
            {
                throw LabException.Unavailable($"the NVDIMM did not become memory: {result.Stderr.Trim()}", "is kmem missing in this kernel? try --kernel 6.12");
            }
        }
    }

    private async Task<int> RequestAsync(
        Func<int, string> line, Stream? content, Action<ReadOnlySpan<byte>> onStdout, Action<ReadOnlySpan<byte>> onStderr, TimeSpan timeout, CancellationToken ct)
    {
        await turn.WaitAsync(ct);
        try
        {
            if (broken)
            {
                throw LabException.Unavailable("the machine has died", "boot another");
            }

            var id = ++requests;
            using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(ct);
            giveUp.CancelAfter(timeout);
            var exchange = ExchangeAsync(id, line(id), content, onStdout, onStderr);
            try
            {
                return await exchange.WaitAsync(giveUp.Token);
            }
            catch (OperationCanceledException)
            {
                await KillAsync(id, exchange);
                ct.ThrowIfCancellationRequested();
                throw LabException.TimedOut($"the command in the machine took longer than {timeout.TotalSeconds:0.#} s", "raise --timeout");
            }
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            broken = true;
            throw LabException.Unavailable($"the machine died: {error.Message}");
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<int> ExchangeAsync(int id, string line, Stream? content, Action<ReadOnlySpan<byte>> onStdout, Action<ReadOnlySpan<byte>> onStderr)
    {
        var marker = Encoding.ASCII.GetBytes($"\0lab-end{id}\0");
        var output = stdout.ReadToMarkerAsync(marker, onStdout, CancellationToken.None);
        var errors = stderr.ReadToMarkerAsync(marker, onStderr, CancellationToken.None);
        await control.WriteAsync(Encoding.ASCII.GetBytes(line + "\n"));
        if (content is not null)
        {
            await content.CopyToAsync(control);
        }

        await control.FlushAsync();
        if (!await output || !await errors)
        {
            throw new IOException(LastWords(folder));
        }

        var answer = (await answers.ReadLineAsync() ?? "").Split(' ');
        return answer is ["exit", var answered, var code] && answered == id.ToString(CultureInfo.InvariantCulture)
            ? int.Parse(code, CultureInfo.InvariantCulture)
            : throw new IOException("the channel to it is out of step");
    }

    /// <summary>Kills the script of a request; if the machine does not even do that, it is of no more use.</summary>
    private async Task KillAsync(int id, Task<int> exchange)
    {
        try
        {
            await killer.WriteAsync(Encoding.ASCII.GetBytes($"{id}\n"));
            await exchange.WaitAsync(TimeSpan.FromSeconds(10));
        }
        catch (Exception error) when (error is IOException or TimeoutException)
        {
            broken = true;
        }
    }
}
