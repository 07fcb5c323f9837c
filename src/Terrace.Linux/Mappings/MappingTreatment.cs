namespace Terrace.Linux.Mappings;

/// <summary>How the pages of a mapping are treated.</summary>
public enum MappingTreatment : byte
{
    /// <summary>By their heat.</summary>
    ByHeat,

    /// <summary>
    /// As the hottest pages of the process, whether accessed or not: in fast memory as far as the process's part of it goes.
    /// </summary>
    Hot,

    /// <summary>As its coldest pages: in slow memory unless there is room to spare.</summary>
    Cold,

    /// <summary>Left where they are and not counted.</summary>
    Ignored,
}
