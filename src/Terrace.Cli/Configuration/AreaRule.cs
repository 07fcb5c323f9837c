using Terrace.Core.Placement;

namespace Terrace.Cli.Configuration;

/// <summary>What a rule says of mappings of one kind.</summary>
/// <param name="Kind">Which mappings.</param>
/// <param name="Pattern">Glob for the file, memfd or anonymous mapping's name; null for kinds without a name.</param>
/// <param name="Start">First address of a range.</param>
/// <param name="End">One past the last address of a range.</param>
/// <param name="Treatment">What is done with their pages.</param>
/// <param name="Fast">Their share; only with <see cref="AreaTreatment.Share"/>.</param>
internal sealed record AreaRule(AreaKind Kind, string? Pattern, ulong Start, ulong End, AreaTreatment Treatment, FastShare? Fast);

/// <summary>Mappings that an <see cref="AreaRule"/> can name.</summary>
internal enum AreaKind
{
    Heap,
    Stack,
    Anonymous,
    File,
    Memfd,
    AnonymousName,
    Range,
    GuestRam,
}

/// <summary>What is done with the pages of an area.</summary>
internal enum AreaTreatment
{
    /// <summary>They have a fast share of their own.</summary>
    Share,

    /// <summary>They stay in fast memory.</summary>
    Pin,

    /// <summary>They stay in slow memory.</summary>
    Cold,

    /// <summary>They are not touched.</summary>
    Ignore,
}
