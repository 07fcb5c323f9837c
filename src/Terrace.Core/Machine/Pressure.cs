namespace Terrace.Core.Machine;

/// <summary>
/// How scarce memory and CPUs are for a set of tasks: the part of the last seconds, 0 to 1, in which at least one of them waited
/// (the "some" of Documentation/accounting/psi.rst). Null where the machine cannot tell.
/// </summary>
/// <param name="Memory">Waiting for memory: for reclaim, or for a page that was reclaimed too early.</param>
/// <param name="Cpu">Waiting for a CPU.</param>
public readonly record struct Pressure(double? Memory, double? Cpu);
