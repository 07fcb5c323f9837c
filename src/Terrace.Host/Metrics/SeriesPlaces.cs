using System.Globalization;

namespace Terrace.Host.Metrics;

/// <summary>
/// Which groups have series of their own. Those of whole rules always have: operators name them. Of the others, whose names have a control
/// group, a process or a virtual machine in them, a bounded number has, and a part of that is left to what ordinary users do not start, so
/// that nobody's groups keep others from being seen. For one thread.
/// </summary>
internal sealed class SeriesPlaces
{
    /// <summary>Groups that have series of their own, besides those of whole rules.</summary>
    public const int Most = 200;

    /// <summary>Of these, groups of ordinary users' processes.</summary>
    public const int OfUsers = 100;

    /// <summary>Of these, groups of one user.</summary>
    public const int OfUser = 20;

    /// <summary>The first number of an ordinary user (UID_MIN of login.defs(5), as distributions have it).</summary>
    private const uint FirstUser = 1000;

    private readonly Dictionary<string, string?> _groups = new(StringComparer.Ordinal);

    /// <summary>False: only whole rules have series, and no name of another group is told.</summary>
    public bool TellsNames { get; set; } = true;

    /// <summary>True when the group has series of its own, from now on as long as it is kept.</summary>
    public bool TryTake(string group, string rule, string? userId)
    {
        if (group == rule)
        {
            return true;
        }

        if (!TellsNames)
        {
            return false;
        }

        if (_groups.ContainsKey(group))
        {
            return true;
        }

        return TryAdd(group, IsOrdinary(userId) ? userId : null);
    }

    /// <summary>Takes back the places of all others.</summary>
    public void KeepOnly(IReadOnlySet<string> groups)
    {
        foreach (string group in _groups.Keys)
        {
            if (!groups.Contains(group))
            {
                _groups.Remove(group);
            }
        }
    }

    /// <summary>Takes back all places.</summary>
    public void Clear() => _groups.Clear();

    private bool TryAdd(string group, string? user)
    {
        if (_groups.Count >= Most
            || (user is not null
                && (_groups.Values.Count(other => other is not null) >= OfUsers || _groups.Values.Count(other => other == user) >= OfUser)))
        {
            return false;
        }

        _groups.Add(group, user);
        return true;
    }

    private static bool IsOrdinary(string? userId) =>
        uint.TryParse(userId, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && number >= FirstUser;
}
