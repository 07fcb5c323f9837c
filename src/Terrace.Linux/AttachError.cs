namespace Terrace.Linux;

/// <summary>Why a process could not be attached.</summary>
/// <param name="Reason">What kind of reason.</param>
/// <param name="Message">One sentence that says it.</param>
/// <param name="Mend">What to do about it.</param>
public sealed record AttachError(AttachErrorReason Reason, string Message, string Mend);
