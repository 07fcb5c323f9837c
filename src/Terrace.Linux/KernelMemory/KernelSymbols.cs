using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.KernelMemory;

/// <summary>Addresses of the kernel's variables, from /proc/kallsyms. All are 0 where kptr_restrict hides them.</summary>
/// <param name="InitTask">The head of the task list.</param>
/// <param name="HugeZeroFrame">The variable that holds the frame number of the shared huge page of zeros; 0 when this kernel has
/// none.</param>
internal readonly record struct KernelSymbols(ulong InitTask, ulong HugeZeroFrame)
{
    private const string HostPath = "/proc/kallsyms";

    /// <summary>
    /// The symbols of this kernel: 0, or an error number. To a service without CAP_SYSLOG the file shows them if somebody else has opened
    /// it (kallsyms_open, kernel/kallsyms.c).
    /// </summary>
    public static int TryRead(FileTree tree, out KernelSymbols symbols)
    {
        string path = tree.PathOf("proc/kallsyms");
        int passed = path == HostPath ? PassedDescriptors.OfThisProcess.Duplicate(PassedDescriptors.Symbols) : -Errno.ENOENT;
        if (passed < 0)
        {
            return TryRead(path, out symbols);
        }

        using LinuxFile file = LinuxFile.Of(passed);
        return TryRead(file, out symbols);
    }

    /// <summary>The same of a file by its path.</summary>
    public static int TryRead(string path, out KernelSymbols symbols)
    {
        symbols = default;
        int error = LinuxFile.TryOpenRead(path, out LinuxFile? file);
        using (file)
        {
            return error == 0 ? TryRead(file!, out symbols) : error;
        }
    }

    /// <summary>Takes what whole lines (<c>address type name [module]</c>) say.</summary>
    public static KernelSymbols Find(ReadOnlySpan<byte> lines, KernelSymbols known)
    {
        ulong initTask = Address(lines, " init_task\n"u8);
        ulong hugeZeroFrame = Address(lines, " huge_zero_pfn\n"u8);
        return new KernelSymbols(initTask != 0 ? initTask : known.InitTask, hugeZeroFrame != 0 ? hugeZeroFrame : known.HugeZeroFrame);
    }

    /// <summary>Reads in pieces: it has some hundred thousand lines.</summary>
    private static int TryRead(LinuxFile file, out KernelSymbols symbols)
    {
        symbols = default;
        byte[] buffer = new byte[1 << 16];
        int kept = 0;
        long position = 0;
        while (true)
        {
            int read = file.Read(position, buffer.AsSpan(kept));
            if (read < 0)
            {
                return -read;
            }

            position += read;
            int filled = kept + read;
            int whole = read == 0 ? filled : buffer.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
            symbols = Find(buffer.AsSpan(0, whole), symbols);
            kept = filled - whole;
            if (read == 0 || kept == buffer.Length || (symbols.InitTask != 0 && symbols.HugeZeroFrame != 0))
            {
                return 0;
            }

            buffer.AsSpan(whole, kept).CopyTo(buffer);
        }
    }

    private static ulong Address(ReadOnlySpan<byte> lines, ReadOnlySpan<byte> name)
    {
        int at = lines.IndexOf(name);
        if (at < 0)
        {
            return 0;
        }

        ReadOnlySpan<byte> line = lines[(lines[..at].LastIndexOf((byte)'\n') + 1)..at];
        return KernelText.TryHex(KernelText.TakeWord(ref line), out ulong address) ? address : 0;
    }
}
