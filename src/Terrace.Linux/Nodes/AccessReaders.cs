using System.Globalization;
using Terrace.Linux.Files;

namespace Terrace.Linux.Nodes;

/// <summary>
/// Finds who else reads and clears accessed bits: DAMON in all its forms (Documentation/admin-guide/mm/damon), and programs that use the
/// idle bitmap. Looks only: what somebody else has started stays his.
/// </summary>
public static class AccessReaders
{
    /// <summary>The setting of DAMON_STAT, which kernels may start by themselves; the only one of these that Terrace turns off.</summary>
    public const string StatKnob = "damon_stat";

    /// <summary>Its file (CONFIG_DAMON_STAT, mm/damon/stat.c).</summary>
    internal const string StatFile = "sys/module/damon_stat/parameters/enabled";

    private const string AllMemory = "of all memory";
    private const string IdleBitmap = "/sys/kernel/mm/page_idle/bitmap";
    private const string Kdamonds = "sys/kernel/mm/damon/admin/kdamonds";

    // The older interface (CONFIG_DAMON_DBGFS, mm/damon/dbgfs.c, Linux 5.15 to 6.13): a context of its own, and one in each folder below.
    // What its file monitor_on says is no sign: it is on while any context runs, those of the newer interface included.
    private const string DebugFolder = "sys/kernel/debug/damon";
    private const string DebugPid = "kdamond_pid";
    private const string PhysicalTarget = "42";

    // More than one is rare: each is a thread that somebody has set up by hand or by a tool.
    private const int MostKdamonds = 64;
    private const int MostTargets = 8;
    private const int MostLinks = 500_000;

    // mm/damon/reclaim.c, lru_sort.c. Off until an administrator turns them on.
    private static readonly (string Module, string Name)[] s_modules =
        [("damon_reclaim", "DAMON_RECLAIM"), ("damon_lru_sort", "DAMON_LRU_SORT")];

    /// <summary>Those that run now, without a look at every process.</summary>
    public static IReadOnlyList<AccessReader> Read(FileTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        List<AccessReader> readers = [];
        if (IsOn(tree, StatFile))
        {
            readers.Add(new AccessReader("DAMON_STAT", AllMemory, StatKnob, "/" + StatFile));
        }

        foreach ((string module, string name) in s_modules)
        {
            string file = EnabledOf(module);
            if (IsOn(tree, file))
            {
                readers.Add(new AccessReader(name, AllMemory, Knob: null, "/" + file));
            }
        }

        foreach ((string name, long number) in tree.Numbered(Kdamonds, "", MostKdamonds))
        {
            string file = $"{Kdamonds}/{name}/state";
            if (tree.ReadText(file) == "on")
            {
                string of = Of(tree, $"{Kdamonds}/{name}/contexts/0");
                readers.Add(new AccessReader($"DAMON (kdamond {number})", of, Knob: null, "/" + file));
            }
        }

        foreach (string folder in DebugContexts(tree))
        {
            string file = $"{folder}/{DebugPid}";
            if (long.TryParse(tree.ReadText(file), NumberStyles.None, CultureInfo.InvariantCulture, out long pid))
            {
                string of = OfDebug(tree, folder);
                readers.Add(new AccessReader($"DAMON (debugfs, thread {pid})", of, Knob: null, "/" + file));
            }
        }

        return readers;
    }

    /// <summary>
    /// Files that would say who runs, and that may not be read: they are root's alone (mode 600). Of them <see cref="Read"/> knows nothing.
    /// </summary>
    public static IReadOnlyList<string> Unreadable(FileTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        IEnumerable<string> files =
        [
            StatFile,
            .. s_modules.Select(one => EnabledOf(one.Module)),
            .. tree.Numbered(Kdamonds, "", MostKdamonds).Select(kdamond => $"{Kdamonds}/{kdamond.Name}/state"),
            .. DebugContexts(tree).Select(folder => $"{folder}/{DebugPid}"),
        ];
        return [.. files.Where(file => tree.Has(file) && tree.ReadText(file) is null).Select(file => "/" + file)];
    }

    /// <summary>Processes that have the idle bitmap open; complete for root only, and not without a look at every process.</summary>
    /// <param name="tree">Where /proc is.</param>
    /// <param name="but">A process that is not meant.</param>
    public static IReadOnlyList<int> IdleBitmapUsers(FileTree tree, int but)
    {
        ArgumentNullException.ThrowIfNull(tree);
        List<int> users = [];
        int left = MostLinks;
        foreach ((string name, long pid) in tree.Numbered("proc", ""))
        {
            foreach (string link in tree.Names($"proc/{name}/fd", left))
            {
                left--;
                if (pid != but && TargetOf(tree.PathOf($"proc/{name}/fd/{link}")) == IdleBitmap)
                {
                    users.Add((int)pid);
                    break;
                }
            }
        }

        return users;
    }

    private static string EnabledOf(string module) => $"sys/module/{module}/parameters/enabled";

    // Parameters of modules print Y and N (param_get_bool, kernel/params.c).
    private static bool IsOn(FileTree tree, string file) => tree.ReadText(file) is "Y" or "1";

    // paddr: by physical address, of whoever has the memory; else of the processes that are named.
    private static string Of(FileTree tree, string context)
    {
        if (tree.ReadText($"{context}/operations") == "paddr")
        {
            return AllMemory;
        }

        return OfProcesses(
        [
            .. tree.Numbered($"{context}/targets", "", MostTargets)
                .Select(target => tree.ReadText($"{context}/targets/{target.Name}/pid_target"))
                .OfType<string>(),
        ]);
    }

    private static string OfProcesses(string[] pids) => pids.Length switch
    {
        0 => "of processes that somebody chose",
        1 => $"of process {pids[0]}",
        > MostTargets => $"of processes {string.Join(", ", pids.Take(MostTargets))} and others",
        _ => $"of processes {string.Join(", ", pids)}",
    };

    // Its files are in the folder itself, and in one for each further context (mk_contexts).
    private static IEnumerable<string> DebugContexts(FileTree tree) =>
        tree.Names(DebugFolder, MostKdamonds)
            .Order(StringComparer.Ordinal)
            .Select(name => $"{DebugFolder}/{name}")
            .Prepend(DebugFolder)
            .Where(folder => tree.Has($"{folder}/{DebugPid}"));

    // Numbers of processes; for physical addresses one number that stands for none, which a process may have, too (sprint_target_ids).
    private static string OfDebug(FileTree tree, string folder)
    {
        string[] pids = (tree.ReadText($"{folder}/target_ids") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return pids is not [PhysicalTarget] ? OfProcesses(pids)
            : string.IsNullOrEmpty(tree.ReadText($"proc/{PhysicalTarget}/cmdline")) ? AllMemory
            : $"of process {PhysicalTarget} or {AllMemory}";
    }

    private static string? TargetOf(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Closed meanwhile.
            return null;
        }
    }
}
