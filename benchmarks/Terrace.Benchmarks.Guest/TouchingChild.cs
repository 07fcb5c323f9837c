using System.Diagnostics;
using Terrace.Linux.Interop;

namespace Terrace.Benchmarks.Guest;

/// <summary>
/// A process with an arena of base pages that touches exactly the pages it is told to, so that what a tracker reports can be
/// compared with the truth.
/// </summary>
internal sealed class TouchingChild : IDisposable
{
    private const int PageBytes = 4096;
    private readonly Process _process;

    public TouchingChild(long bytes)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("child");
        start.ArgumentList.Add((bytes >> 20).ToString(System.Globalization.CultureInfo.InvariantCulture));
        _process = Process.Start(start)!;
        Arena = ulong.Parse(_process.StandardOutput.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture);
        Pages = (int)(bytes / PageBytes);
    }

    public int Pid => _process.Id;

    /// <summary>Address of the arena.</summary>
    public ulong Arena { get; }

    /// <summary>Pages of the arena.</summary>
    public int Pages { get; }

    /// <summary>Lets the child touch the pages whose hash with the seed is below the fraction, and waits until it did.</summary>
    public void Touch(int seed, int perMille)
    {
        _process.StandardInput.WriteLine($"{seed} {perMille}");
        _process.StandardInput.Flush();
        _process.StandardOutput.ReadLine();
    }

    /// <summary>True when a page is one that <see cref="Touch"/> touches.</summary>
    public static bool IsTouched(int page, int seed, int perMille) => ((uint)HashCode(page, seed) % 1000) < perMille;

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>The child's side.</summary>
    public static unsafe int Serve(long bytes)
    {
        if (AnonymousMemory.TryMap(bytes, out AnonymousMemory? arena) != 0)
        {
            return 1;
        }

        using (arena)
        {
            arena!.UseHugePages(false);
            for (long at = 0; at < bytes; at += PageBytes)
            {
                arena.Address[at] = 1;
            }

            Console.Out.WriteLine((ulong)arena.Address);
            Console.Out.Flush();
            while (Console.In.ReadLine() is { } line)
            {
                string[] parts = line.Split(' ');
                int seed = int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture);
                int perMille = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
                for (int page = 0; page < bytes / PageBytes; page++)
                {
                    if (IsTouched(page, seed, perMille))
                    {
                        arena.Address[(long)page * PageBytes]++;
                    }
                }

                Console.Out.WriteLine("done");
                Console.Out.Flush();
            }
        }

        return 0;
    }

    private static int HashCode(int page, int seed)
    {
        uint hash = ((uint)page * 0x9E3779B1u) ^ ((uint)seed * 0x85EBCA77u);
        hash = (hash ^ (hash >> 15)) * 0x2C1B3C6Du;
        hash = (hash ^ (hash >> 12)) * 0x297A2D39u;
        return (int)(hash ^ (hash >> 15));
    }
}
