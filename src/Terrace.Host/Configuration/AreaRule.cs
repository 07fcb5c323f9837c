using Terrace.Linux.Mappings;

namespace Terrace.Host.Configuration;

/// <summary>What a rule says of mappings of one kind.</summary>
/// <param name="Kind">Which mappings.</param>
/// <param name="Pattern">Glob for the file, memfd or anonymous mapping's name; null for kinds without a name.</param>
/// <param name="Start">First address of a range.</param>
/// <param name="End">One past the last address of a range.</param>
/// <param name="Said">What is done with their pages.</param>
internal sealed record AreaRule(AreaKind Kind, string? Pattern, ulong Start, ulong End, MappingRule Said);

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
