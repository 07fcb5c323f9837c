namespace Terrace.Core.Tracking;

/// <summary>Limits within which <see cref="ScanCadence"/> chooses.</summary>
/// <param name="FirstInterval">Time between two scans of the first round.</param>
/// <param name="MinInterval">Shortest time between two scans of a round.</param>
/// <param name="MaxInterval">Longest time between two scans of a round.</param>
/// <param name="MaxRest">Longest pause between two rounds.</param>
/// <param name="MaxScanDuty">Longest scan as a part of the interval that follows it.</param>
public readonly record struct CadenceTerms(
    TimeSpan FirstInterval, TimeSpan MinInterval, TimeSpan MaxInterval, TimeSpan MaxRest, double MaxScanDuty);
