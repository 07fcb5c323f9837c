namespace Terrace.Linux.Mappings;

/// <summary>Says how the mappings of a process are to be treated. Asked for every mapping in every scan: must not allocate.</summary>
public interface IMappingRules
{
    /// <summary>
    /// What is said of a mapping's pages from <paramref name="start"/> on, or null for nothing; it holds up to
    /// <paramref name="until"/>, which is above <paramref name="start"/> and at most <paramref name="end"/>.
    /// </summary>
    /// <param name="kind">What the mapping is of.</param>
    /// <param name="name">Its name as in /proc/PID/maps; empty for none.</param>
    /// <param name="start">First address that is asked about.</param>
    /// <param name="end">One past the mapping's last address.</param>
    /// <param name="until">One past the last address for which the answer holds.</param>
    MappingRule? RuleFor(MappingKind kind, ReadOnlySpan<byte> name, ulong start, ulong end, out ulong until);
}
