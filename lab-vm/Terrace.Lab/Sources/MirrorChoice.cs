namespace Terrace.Lab.Sources;

/// <summary>Where the lab gets Debian's suites from, or why from nowhere.</summary>
/// <param name="Sources">One for each suite that can be had.</param>
/// <param name="Problem">Why there are none; null otherwise.</param>
/// <param name="Fix">What to do about that.</param>
internal sealed record MirrorChoice(IReadOnlyList<PackageSource> Sources, string? Problem, string? Fix)
{
    /// <summary>The archive that most suites come from.</summary>
    public PackageSource Main => Sources[0];

    /// <summary>Entries of the machine's files that could not be used, in one line each.</summary>
    public IReadOnlyList<string> Skipped { get; init; } = [];
}
