using System.Diagnostics;

namespace Terrace.Linux.Mappings;

/// <summary>A part of what takes long, after which others have their turn.</summary>
/// <param name="until">When it ends (<see cref="Stopwatch.GetTimestamp"/>).</param>
internal readonly struct WorkPart(long until)
{
    /// <summary>The clock is asked once for that many: it costs about as much as one of them.</summary>
    private const int Unasked = 64;

    /// <summary>All of it.</summary>
    public static WorkPart All => new(long.MaxValue);

    /// <summary>One that begins now.</summary>
    public static WorkPart Of(TimeSpan span) => new(Stopwatch.GetTimestamp() + (long)(span.TotalSeconds * Stopwatch.Frequency));

    /// <summary>True when the time is up; <paramref name="done"/> counts what was done.</summary>
    public bool IsOver(int done) => done % Unasked == 0 && Stopwatch.GetTimestamp() >= until;
}
