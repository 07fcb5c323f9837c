namespace Terrace.Core.Machine;

/// <summary>Tells how scarce memory and CPUs are: for the whole machine, or for one process and those that share its limits.</summary>
public interface IPressureGauge
{
    /// <summary>
    /// The pressure now; what cannot be read, of a process that is gone too, is null. Allocates nothing when nothing changed but
    /// the numbers.
    /// </summary>
    Pressure Read();
}
