namespace Terrace.Core.Machine;

/// <summary>
/// Pages whose accessed bits a scan reported otherwise than it saw them, because an operator or the program says what they are.
/// </summary>
/// <param name="Hot">Pages reported as accessed whether they were or not.</param>
/// <param name="Cold">Pages reported as not accessed.</param>
public readonly record struct TreatedPages(long Hot, long Cold);
