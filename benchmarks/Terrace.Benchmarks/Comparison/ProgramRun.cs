using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Terrace.Benchmarks.Comparison;

/// <summary>One run of a whole program, from its start until it has ended.</summary>
/// <param name="Wall">Time that passed.</param>
/// <param name="Cpu">CPU time, user and system.</param>
/// <param name="Output">What it wrote to stdout.</param>
internal sealed partial record ProgramRun(TimeSpan Wall, TimeSpan Cpu, string Output)
{
    private const int RUSAGE_CHILDREN = -1;

    /// <summary>Runs it. Only one may run at a time: the kernel adds up the CPU time of all children that have ended.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public static ProgramRun Of(string program, params string[] arguments)
    {
        TimeSpan cpu = OfChildren();
        long start = Stopwatch.GetTimestamp();
        using Process process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        TimeSpan wall = Stopwatch.GetElapsedTime(start);
        return process.ExitCode == 0
            ? new ProgramRun(wall, OfChildren() - cpu, output)
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors.GetAwaiter().GetResult()}");
    }

    private static TimeSpan OfChildren()
    {
        Span<long> usage = stackalloc long[18];
        return GetResourceUsage(RUSAGE_CHILDREN, ref MemoryMarshal.GetReference(usage)) == 0
            ? TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3])
            : throw new InvalidOperationException("the kernel does not say what children have used");
    }

    // struct rusage (getrusage(2)): two struct timeval, then 14 long.
    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetResourceUsage(int who, ref long usage);
}
