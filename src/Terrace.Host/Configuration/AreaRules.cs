using System.IO.Enumeration;
using System.Text;
using Terrace.Linux.Mappings;

namespace Terrace.Host.Configuration;

/// <summary>A rule's areas as trackers ask for them: the first that matches a mapping decides.</summary>
internal sealed class AreaRules(IReadOnlyList<AreaRule> areas) : IMappingRules
{
    /// <summary>Mappings of QEMU at least this large are taken for its guest's memory: what else it maps is smaller.</summary>
    private const ulong LeastGuestRam = 32 << 20;

    /// <summary>Longer names are not compared: PATH_MAX.</summary>
    private const int MaxName = 4096;

    /// <summary>The areas of a rule, or null when it has none.</summary>
    public static AreaRules? Of(TargetRule rule) => rule.Areas.Count > 0 ? new AreaRules(rule.Areas) : null;

    /// <inheritdoc/>
    public MappingRule? RuleFor(MappingKind kind, ReadOnlySpan<byte> name, ulong start, ulong end, out ulong until)
    {
        until = end;
        for (int i = 0; i < areas.Count; i++)
        {
            AreaRule area = areas[i];
            if (area.Kind == AreaKind.Range)
            {
                if (start >= area.Start && start < area.End)
                {
                    until = Math.Min(until, area.End);
                    return area.Said;
                }

                // Before a range that begins within the mapping another area may hold, but only up to there.
                until = start < area.Start ? Math.Min(until, area.Start) : until;
            }
            else if (Matches(area, kind, name, end - start))
            {
                return area.Said;
            }
        }

        return null;
    }

    private static bool Matches(AreaRule area, MappingKind kind, ReadOnlySpan<byte> name, ulong bytes) => area.Kind switch
    {
        AreaKind.Heap => kind == MappingKind.Heap,
        AreaKind.Stack => kind == MappingKind.Stack,
        AreaKind.Anonymous => kind == MappingKind.Anonymous,
        AreaKind.GuestRam => kind is MappingKind.Anonymous or MappingKind.SharedMemory or MappingKind.HugeTlb or MappingKind.File
            && bytes >= LeastGuestRam,
        AreaKind.File => kind is MappingKind.File or MappingKind.HugeTlb or MappingKind.SharedMemory && IsLike(area.Pattern!, name, "", ""),
        AreaKind.Memfd => IsLike(area.Pattern!, name, "/memfd:", ""),
        AreaKind.AnonymousName => IsLike(area.Pattern!, name, "[anon:", "]") || IsLike(area.Pattern!, name, "[anon_shmem:", "]"),
        _ => false,
    };

    private static bool IsLike(string pattern, ReadOnlySpan<byte> name, ReadOnlySpan<char> prefix, ReadOnlySpan<char> suffix)
    {
        const string Deleted = " (deleted)";
        if (name.IsEmpty || name.Length > MaxName)
        {
            return false;
        }

        Span<char> buffer = stackalloc char[MaxName];
        ReadOnlySpan<char> text = buffer[..Encoding.UTF8.GetChars(name, buffer)];
        text = text.EndsWith(Deleted) ? text[..^Deleted.Length] : text;
        return text.StartsWith(prefix)
            && text.EndsWith(suffix)
            && FileSystemName.MatchesSimpleExpression(pattern, text[prefix.Length..^suffix.Length], ignoreCase: false);
    }
}
