namespace Terrace.Linux.Trackers.PageTables;

/// <summary>What a walk of one address space came to.</summary>
/// <param name="TablesRead">Tables read, of all levels.</param>
/// <param name="TablesMissed">Tables that could not be read: torn entries, or memory added since the core file was opened.</param>
/// <param name="GigabytePages">1-GiB pages seen; they are not tracked.</param>
/// <param name="StoppedEarly">The limit on reads was reached: the tables are not what they seem.</param>
internal readonly record struct WalkResult(long TablesRead, long TablesMissed, long GigabytePages, bool StoppedEarly);
