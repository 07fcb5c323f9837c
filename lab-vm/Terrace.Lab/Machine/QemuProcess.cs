using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Terrace.Lab.Machine;

/// <summary>
/// QEMU, tied to our life: a small shell holds the reading end of a FIFO whose writing end is ours, and kills QEMU when that
/// closes, however
/// we end (SIGKILL included). QEMU in turn dies with the shell (PR_SET_PDEATHSIG). PDEATHSIG straight from here would not do:
/// it follows the thread that forked (prctl(2)), and .NET forks from pool threads that come and go.
/// </summary>
internal sealed partial class QemuProcess : IAsyncDisposable
{
    private const string Keeper = """
        exec 3<"$0" 4<&0
        setpriv --pdeathsig KILL -- "$@" <&4 3<&- &
        qemu=$!
        { read -r never <&3; touch "$0.cut"; kill -9 $qemu 2>/dev/null; } &
        watcher=$!
        exec 3<&- 4<&-
        wait $qemu
        code=$?
        kill $watcher 2>/dev/null
        wait $watcher
        [ -e "$0.cut" ] && rm -rf "${0%/*}"
        exit $code
        """;

    private readonly Process process;
    private readonly FileStream lifeline;

    private QemuProcess(Process process, FileStream lifeline)
    {
        this.process = process;
        this.lifeline = lifeline;
    }

    /// <summary>Starts QEMU; its complaints go to qemu.log in the folder.</summary>
    public static async Task<QemuProcess> StartAsync(string qemu, IEnumerable<string> arguments, string folder, bool terminal)
    {
        var fifo = Path.Combine(folder, "lifeline");
        if (MakeFifo(fifo, 0x180) != 0)
        {
            throw LabException.Unavailable($"cannot make {fifo}: error {Marshal.GetLastPInvokeError()}", "is TMPDIR writable?");
        }

        var log = Path.Combine(folder, "qemu.log");
        string[] keeper = ["-c", $"exec 2>\"{log}\"\n{Keeper}", fifo, qemu, .. arguments];

        // A session of its own keeps the terminal's Ctrl-C from QEMU: it is for us to end the machine in order. A shell on the
        // terminal must stay there.
        var start = new ProcessStartInfo(
            terminal ? "/bin/sh" : "setsid",
            terminal ? keeper : ["/bin/sh", .. keeper])
        { RedirectStandardInput = !terminal, RedirectStandardOutput = !terminal };
        var process = Process.Start(start) ?? throw LabException.Unavailable("cannot start /bin/sh");
        if (!terminal)
        {
            process.StandardInput.Close();
        }

        // Opening waits for the shell to open its end.
        var lifeline = await Task.Run(() => new FileStream(fifo, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0));
        return new QemuProcess(process, lifeline);
    }

    /// <summary>Completes when QEMU has ended.</summary>
    public Task WaitForExitAsync(CancellationToken ct) => process.WaitForExitAsync(ct);

    /// <summary>QEMU has ended.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>Ends QEMU at once, as pulling the plug; the run's folder goes with it.</summary>
    public async ValueTask DisposeAsync()
    {
        await lifeline.DisposeAsync();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
