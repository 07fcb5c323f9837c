namespace Terrace.Lab.Machine;

/// <summary>What a command in the machine left.</summary>
/// <param name="ExitCode">Its exit code; 128 + N when signal N ended it.</param>
/// <param name="Stdout">All that it wrote to its standard output.</param>
/// <param name="Stderr">All that it wrote to its standard error.</param>
/// <param name="Elapsed">Wall-clock time on the host, the channel's included.</param>
public sealed record LabResult(int ExitCode, string Stdout, string Stderr, TimeSpan Elapsed);
