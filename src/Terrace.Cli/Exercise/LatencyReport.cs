namespace Terrace.Cli.Exercise;

/// <summary>Percentiles of the time of one access, nanoseconds; each sample is the mean of a batch of 128.</summary>
internal sealed record LatencyReport(double P50, double P99, double P999, double Max);
