namespace Terrace.Linux.Guests;

/// <summary>A part of QEMU's address space that is memory of its guest.</summary>
/// <param name="Start">First byte.</param>
/// <param name="End">One past the last byte.</param>
/// <param name="Backend">The memory-backend object it is of; empty for what <c>-m</c> alone makes.</param>
/// <param name="GuestStart">The guest-physical address of its first byte; null when that is not known.</param>
public sealed record GuestRam(ulong Start, ulong End, string Backend, ulong? GuestStart);
