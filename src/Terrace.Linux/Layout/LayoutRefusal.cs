namespace Terrace.Linux.Layout;

/// <summary>Why the layout of some memory cannot be changed.</summary>
/// <param name="Reason">What kind of reason.</param>
/// <param name="Message">One sentence that says it.</param>
/// <param name="Mend">What to do about it.</param>
public sealed record LayoutRefusal(LayoutRefusalReason Reason, string Message, string Mend);
