namespace Terrace.Reports.Pictures;

/// <summary>Which addresses a row of the recorder stands for.</summary>
/// <param name="Target">The process, by order of appearance.</param>
/// <param name="Bucket">Address divided by the bucket's size.</param>
/// <param name="Slot">Where its cells are.</param>
internal readonly record struct HeatRow(int Target, ulong Bucket, int Slot) : IComparable<HeatRow>
{
    public int CompareTo(HeatRow other) => Target != other.Target ? Target.CompareTo(other.Target) : Bucket.CompareTo(other.Bucket);
}
