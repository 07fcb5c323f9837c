namespace Terrace.Linux.Mappings;

/// <summary>
/// What a program says of its own memory by naming it: anonymous memory through prctl(2) PR_SET_VMA_ANON_NAME
/// (CONFIG_ANON_VMA_NAME, Linux 5.17), shared memory through
/// memfd_create(2). The names are <c>terrace:hot</c>, <c>terrace:pin</c>, <c>terrace:cold</c>, <c>terrace:ignore</c> and
/// <c>terrace:fast=30%</c> (a percentage or a size), and may continue after a further colon. Pages that are
/// said to be hot count as the hottest: a share that was asked for and a maximum hold as before, but among automatic claims, and
/// among the processes of one group, they win over colder pages.
/// </summary>
public static class WorkloadHint
{
    /// <summary>The treatment that a mapping's name asks for, or null.</summary>
    public static MappingTreatment? In(ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> word = WordIn(name);
        return word.SequenceEqual("hot"u8) || word.SequenceEqual("pin"u8) ? MappingTreatment.Hot
            : word.SequenceEqual("cold"u8) ? MappingTreatment.Cold
            : word.SequenceEqual("ignore"u8) ? MappingTreatment.Ignored
            : null;
    }

    /// <summary>The share that a mapping's name asks for, as it is written there; empty for none.</summary>
    public static ReadOnlySpan<byte> ShareIn(ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> word = WordIn(name);
        return word.StartsWith("fast="u8) ? word["fast="u8.Length..] : default;
    }

    private static ReadOnlySpan<byte> WordIn(ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> given = name.StartsWith("[anon:"u8) ? name["[anon:"u8.Length..]
            : name.StartsWith("[anon_shmem:"u8) ? name["[anon_shmem:"u8.Length..]
            : name.StartsWith("/memfd:"u8) ? name["/memfd:"u8.Length..]
            : default;
        if (!given.StartsWith("terrace:"u8))
        {
            return default;
        }

        ReadOnlySpan<byte> word = given["terrace:"u8.Length..];
        int end = word.IndexOfAny(":] "u8);
        return end >= 0 ? word[..end] : word;
    }
}
