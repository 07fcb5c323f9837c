namespace Terrace.Linux.Interop;

/// <summary>A call about a process that does not return, and that was left to a thread of its own.</summary>
/// <param name="Pid">The process.</param>
/// <param name="UserId">Its real user; null when that cannot be read.</param>
/// <param name="Since">When it was made.</param>
public readonly record struct LeftCall(int Pid, uint? UserId, long Since);
