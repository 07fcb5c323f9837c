using Terrace.Linux.Mappings;

namespace Terrace.Cli.Accessed;

/// <summary>
/// Has no mapping treated otherwise than by its heat, whatever the program says of it (<c>terrace:hot</c>, advice): what is reported are
/// accessed bits.
/// </summary>
internal sealed class SeenAsTheyAre : IMappingRules
{
    private SeenAsTheyAre()
    {
    }

    public static SeenAsTheyAre Instance { get; } = new();

    /// <inheritdoc/>
    public MappingRule? RuleFor(MappingKind kind, ReadOnlySpan<byte> name, ulong start, ulong end, out ulong until)
    {
        until = end;
        return new MappingRule(MappingTreatment.ByHeat);
    }
}
