using Terrace.Core.Units;

namespace Terrace.Core.Tiering;

/// <summary>Checks options before they govern anything.</summary>
public static class TieringOptionsValidation
{
    /// <summary>What is wrong with the options and how to fix it, or null.</summary>
    public static string? Problem(this TieringOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options switch
        {
            { ScansPerRound: < 3 or > 10 } => $"{options.ScansPerRound} scans in a round is out of range; use 3 to 10",
            { MinInterval.Ticks: <= 0 } => "the shortest scan interval must be above 0",
            _ when options.MaxInterval < options.MinInterval => "the longest scan interval is below the shortest",
            { MaxRest.Ticks: < 0 } => "the longest rest must not be negative",
            { LookEvery.Ticks: <= 0 } => "the time between looks must be above 0",
            { LookAtColdEvery.Ticks: < 0 } => "the time between looks at cold memory must not be negative",
            { RateLimitBytesPerSecond: < Chunk.PageBytes } => "the rate limit is below one page (4 KiB) a second",
            { HeadroomFraction: not (>= 0 and < 1) } => "the headroom must be at least 0 % and below 100 % of a node",
            { Horizon.Ticks: <= 0 } => "the horizon must be above 0",
            { MaxScanDuty: not (> 0 and <= 1) } => "the scan duty must be above 0 and at most 1",
            { CpuLimit: not > 0 } => "the CPU limit must be above 0",
            { CpuBurst.Ticks: < 0 } => "the CPU burst must not be negative",
            { MaxStall.Ticks: <= 0 } => "the longest stall must be above 0",
            { MaxStallShare: not (> 0 and <= 1) } => "the part of the time that stalls may take must be above 0 and at most 1",
            { BackOff.Problem: { } problem } => problem,
            _ => null,
        };
    }

    internal static void ThrowIfInvalid(this TieringOptions options)
    {
        if (options.Problem() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }
    }
}
