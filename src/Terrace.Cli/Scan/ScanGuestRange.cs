namespace Terrace.Cli.Scan;

/// <summary>A part of a QEMU process that is memory of its guest.</summary>
/// <param name="Start">First address, hexadecimal.</param>
/// <param name="End">One past the last, hexadecimal.</param>
/// <param name="Backend">The memory backend it is of; empty for what <c>-m</c> alone makes, or when several are alike.</param>
/// <param name="GuestStart">Guest-physical address of its first byte, hexadecimal; null when that is not known.</param>
internal sealed record ScanGuestRange(string Start, string End, string Backend, string? GuestStart);
