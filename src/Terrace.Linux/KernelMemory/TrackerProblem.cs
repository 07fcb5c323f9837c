namespace Terrace.Linux.KernelMemory;

/// <summary>Why the page-table tracker cannot work here.</summary>
/// <param name="Reason">What is in the way.</param>
/// <param name="Message">One sentence that says it.</param>
/// <param name="Mend">What to do about it.</param>
public sealed record TrackerProblem(TrackerProblemReason Reason, string Message, string Mend);
