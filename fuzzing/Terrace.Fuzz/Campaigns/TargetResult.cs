namespace Terrace.Fuzz.Campaigns;

/// <summary>What came of one target.</summary>
/// <param name="Target">Which.</param>
/// <param name="Inputs">Inputs that were run, those aside that were the same bytes as the one before.</param>
/// <param name="Figures">What afl-fuzz counted.</param>
/// <param name="Faults">What went wrong, each kind once.</param>
/// <param name="Time">How long it ran.</param>
internal sealed record TargetResult(
    IFuzzTarget Target, long Inputs, AflFigures Figures, IReadOnlyList<Fault> Faults, TimeSpan Time)
{
    /// <summary>What stands above <see cref="ToLine"/>.</summary>
    public static string Heading => $"{"target",-20} {"inputs",14} {"edges",8} {"paths",8} {"crashes",9} {"hangs",7} {"inputs/s",10}";

    public int Crashes => Faults.Count(fault => !fault.IsHang);

    public int Hangs => Faults.Count(fault => fault.IsHang);

    public double InputsPerSecond => Inputs / Math.Max(Time.TotalSeconds, 1e-3);

    /// <summary>All of it in one line.</summary>
    public string ToLine() => FormattableString.Invariant(
        $"{Target.Name,-20} {Inputs,14:n0} {Figures.Edges,8} {Figures.Found,8} {Crashes,9} {Hangs,7} {InputsPerSecond,10:n0}");
}
