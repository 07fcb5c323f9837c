using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;

namespace Terrace.Lab.Machine;

/// <summary>
/// A running machine with memory tiers. Commands run one after another; what they leave in the background keeps running.
/// The machine dies with this object, and with this process.
/// </summary>
public sealed partial class LabMachine : IAsyncDisposable
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

    /// <summary>It has died, or its agent answers no more: boot another.</summary>
    public bool IsBroken => broken;

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

    /// <summary>
    /// Runs a shell script and gives its output line by line as it comes; an exit code other than 0 is an exception at the end.
    /// </summary>
    public async IAsyncEnumerable<string> RunLinesAsync(
        string script, TimeSpan? timeout = null, [EnumeratorCancellation] CancellationToken ct = default)
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

    /// <summary>Ends the machine at once and removes its files.</summary>
    public async ValueTask DisposeAsync()
    {
        await qemu.DisposeAsync();
        answers.Dispose();
        await control.DisposeAsync();
        turn.Dispose();
        DeleteFolder(folder);
    }

    private static string Text(MemoryStream bytes) => Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);

    private async Task<int> RequestAsync(
        Func<int, string> line,
        Stream? content,
        Action<ReadOnlySpan<byte>> onStdout,
        Action<ReadOnlySpan<byte>> onStderr,
        TimeSpan timeout,
        CancellationToken ct)
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

    private async Task<int> ExchangeAsync(
        int id, string line, Stream? content, Action<ReadOnlySpan<byte>> onStdout, Action<ReadOnlySpan<byte>> onStderr)
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
