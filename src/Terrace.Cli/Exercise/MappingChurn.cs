using Terrace.Host.Failures;
using Terrace.Linux.Interop;

namespace Terrace.Cli.Exercise;

/// <summary>Mappings that never rest: one after the other is written to, mapped again or moved, from a thread of its own.</summary>
internal sealed class MappingChurn : IDisposable
{
    /// <summary>Changes between two pauses, so that others who need the address space come to their turn.</summary>
    private const int Burst = 32;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1);

    private readonly SmallMappings _mappings;
    private readonly Random _random;

    /// <summary>Maps that many.</summary>
    /// <exception cref="CommandFailure">The kernel refuses.</exception>
    public MappingChurn(int count, ulong seed)
    {
        int error = SmallMappings.TryMap(count, out SmallMappings? mappings);

        // One move now, so that a kernel that cannot do it is told at once.
        error = error == 0 ? mappings!.Move(0) : error;
        if (error != 0)
        {
            mappings?.Dispose();
            throw new CommandFailure(
                ExitCode.Unavailable,
                $"cannot map and move {count} small areas: {ErrorWords.Of(error)}",
                "ask for fewer with --remap, or raise vm.max_map_count; needs Linux 5.7");
        }

        _mappings = mappings!;
        _random = new Random((int)seed);
    }

    /// <summary>Runs until stopped.</summary>
    public void Run(CancellationToken stop)
    {
        while (!stop.WaitHandle.WaitOne(s_pause))
        {
            for (int change = 0; change < Burst; change++)
            {
                ChangeOne();
            }
        }
    }

    public void Dispose() => _mappings.Dispose();

    private void ChangeOne()
    {
        int mapping = _random.Next(_mappings.Count);

        // What fails for want of memory is left as it is.
        if ((_random.Next(2) == 0 ? _mappings.Move(mapping) : _mappings.Renew(mapping)) == 0)
        {
            _mappings[mapping].Fill((byte)mapping);
        }
    }
}
