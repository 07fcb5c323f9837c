namespace Terrace.Lab.Kernels;

/// <summary>Why the archive cannot be asked, or not all of it.</summary>
/// <param name="What">What is wrong.</param>
/// <param name="Fix">What to do about it.</param>
internal sealed record ArchiveTrouble(string What, string Fix);
