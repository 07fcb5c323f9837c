using System.Buffers.Text;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Processes;

/// <summary>
/// How much memory a process has, by /proc/PID/statm (proc_pid_statm(5)), whose counts lag a little behind. The file is opened
/// when first asked and kept open.
/// </summary>
internal sealed class ProcessMemory(int pid) : IDisposable
{
    private LinuxFile? _statm;

    /// <summary>Pages in memory; 0 when the process is gone.</summary>
    public long ResidentPages
    {
        get
        {
            if (_statm is null && LinuxFile.TryOpenRead($"/proc/{pid}/statm", out _statm) != 0)
            {
                return 0;
            }

            Span<byte> text = stackalloc byte[256];
            int read = _statm!.Read(0, text);
            return read > 0 ? Resident(text[..read]) : 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _statm?.Dispose();

    /// <summary>The second number of statm's line; 0 when there is none.</summary>
    internal static long Resident(ReadOnlySpan<byte> statm)
    {
        KernelText.TakeWord(ref statm);
        return Utf8Parser.TryParse(KernelText.TakeWord(ref statm), out long pages, out _) ? pages : 0;
    }
}
