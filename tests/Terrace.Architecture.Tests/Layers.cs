namespace Terrace.Architecture.Tests;

/// <summary>
/// Who may reach whom. docs/architecture.md draws the same thing; change both together, and say why in docs/decisions/.
/// </summary>
internal static class Layers
{
    /// <summary>A folder that joins all others of its project: it may reach every one of them, and none may reach it.</summary>
    public const string All = "*";

    /// <summary>The files that stand in a project's own folder.</summary>
    public const string Root = ".";

    /// <summary>The one folder of the one project that calls the C library.</summary>
    public const string InteropNamespace = "Terrace.Linux.Interop";

    /// <summary>Projects that each project under src/ may reference.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Projects = new Dictionary<string, string[]>
    {
        ["Terrace.Core"] = [],
        ["Terrace.Linux"] = ["Terrace.Core"],
        ["Terrace.Simulation"] = ["Terrace.Core"],
        ["Terrace.Reports"] = ["Terrace.Core"],
        ["Terrace.Host"] = ["Terrace.Core", "Terrace.Linux", "Terrace.Reports"],
        ["Terrace.Cli"] = ["Terrace.Core", "Terrace.Linux", "Terrace.Simulation", "Terrace.Reports", "Terrace.Host"],
    };

    /// <summary>What each folder of each project may reach: folders of the same project, whole.</summary>
    public static readonly IReadOnlyDictionary<string, IReadOnlyDictionary<string, string[]>> Folders =
        new Dictionary<string, IReadOnlyDictionary<string, string[]>>
        {
            // Data flows Machine, Tracking, Placement, Migration; Tiering joins them.
            ["Terrace.Core"] = new Dictionary<string, string[]>
            {
                ["Units"] = [],
                ["Machine"] = ["Units"],
                ["Layout"] = ["Units", "Machine"],
                ["Tracking"] = ["Units", "Machine"],
                ["Placement"] = ["Units", "Machine", "Tracking"],
                ["Migration"] = ["Units", "Machine", "Tracking", "Placement"],
                ["HugePages"] = ["Units", "Machine", "Tracking", "Placement"],
                ["Tiering"] = ["Units", "Machine", "Tracking", "Placement", "Migration", "HugePages"],
            },

            // From the C library up to the machine that is put together of it all.
            ["Terrace.Linux"] = new Dictionary<string, string[]>
            {
                ["Interop"] = [],
                ["Files"] = ["Interop"],
                ["Nodes"] = ["Interop", "Files"],
                ["Mappings"] = ["Interop", "Files"],
                ["Pressures"] = ["Interop", "Files"],
                ["ControlGroups"] = ["Interop", "Files"],
                ["Dax"] = ["Interop", "Files"],
                ["Kernel"] = ["Interop", "Files", "Nodes"],
                ["Guests"] = ["Interop", "Files", "Mappings"],
                ["KernelMemory"] = ["Interop", "Files", "Kernel"],
                ["Folios"] = ["Interop", "Mappings"],
                ["Processes"] = ["Interop", "Files", "Mappings", "Guests", "Folios"],
                ["Migration"] = ["Interop", "Files", "Mappings"],
                ["Clearers"] = ["Interop", "Files", "Mappings", "Processes", "KernelMemory", "Folios"],
                ["Reclaim"] = ["Interop", "Migration", "Clearers"],
                ["HugePages"] = ["Interop", "Mappings", "Clearers"],
                ["SecondLevel"] = ["Files", "KernelMemory", "Clearers"],
                ["Trackers"] =
                [
                    "Interop", "Files", "Mappings", "Processes", "Migration", "KernelMemory", "SecondLevel", "Clearers", "Folios",
                ],
                ["Layout"] = ["Interop", "Files", "Nodes", "Mappings", "Guests", "Migration", "Processes"],
                [Root] = [All],
            },
            ["Terrace.Simulation"] = new Dictionary<string, string[]>
            {
                ["Chance"] = [],
                ["Machine"] = ["Chance"],
                ["Workloads"] = ["Chance"],
                ["Frames"] = ["Chance"],
                ["Runs"] = [All],
            },
            ["Terrace.Reports"] = new Dictionary<string, string[]>
            {
                ["Events"] = [],
                ["Pictures"] = [],
            },

            // The protocol (Control) depends on no machine, so that other faces can speak it.
            ["Terrace.Host"] = new Dictionary<string, string[]>
            {
                ["Failures"] = [],
                ["Files"] = ["Failures"],
                ["Control"] = ["Failures"],
                ["Kernel"] = ["Failures"],
                ["Loop"] = [],
                ["Configuration"] = ["Failures", "Files"],
                ["Guests"] = ["Files", "Control"],
                ["Http"] = [],
                ["Metrics"] = ["Configuration", "Files", "Http"],
                ["Daemon"] = [All],
            },

            // A folder for each command, which knows no other command except those that share a report.
            ["Terrace.Cli"] = new Dictionary<string, string[]>
            {
                ["Terminal"] = [],
                ["CommandLine"] = ["Terminal"],
                ["Help"] = ["CommandLine", "Terminal"],
                // What a command is, which shells show next to it, is the summary of its help.
                ["Completion"] = ["CommandLine", "Terminal", "Help"],
                ["Accessed"] = ["CommandLine", "Terminal"],
                ["Config"] = ["CommandLine", "Terminal"],
                ["Control"] = ["CommandLine", "Terminal"],
                ["Exercise"] = ["CommandLine", "Terminal"],
                ["Kernel"] = ["CommandLine", "Terminal"],
                ["Layout"] = ["CommandLine", "Terminal"],
                ["Run"] = ["CommandLine", "Terminal"],
                ["Topologies"] = ["CommandLine", "Terminal"],

                // The man page is made of the texts that help shows.
                ["Manual"] = ["CommandLine", "Terminal", "Help"],

                // A simulated run is summed up like a real one; scans, tiers and checks name nodes as topology does.
                ["Simulate"] = ["CommandLine", "Terminal", "Run"],
                ["Scan"] = ["CommandLine", "Terminal", "Topologies"],
                ["Doctor"] = ["CommandLine", "Terminal", "Topologies"],
                ["Tiers"] = ["CommandLine", "Terminal", "Topologies"],
                [Root] = [All],
            },
        };

    /// <summary>
    /// Folders of other projects that a folder may not reach though its project may: the faces' protocol stays free of the
    /// machine.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, string[]> Barred = new Dictionary<string, string[]>
    {
        ["Terrace.Host.Control"] = ["Terrace.Linux"],
    };

    /// <summary>True when the table lets a folder of a project use a type of another folder of the same project.</summary>
    public static bool Allows(string project, string folder, string otherFolder) =>
        folder == otherFolder
        || (Folders[project].TryGetValue(folder, out string[]? allowed) && (allowed.Contains(All) || allowed.Contains(otherFolder)));

    /// <summary>The assembly that a project makes.</summary>
    public static string AssemblyOf(string project) => project == "Terrace.Cli" ? "terrace" : project;
}
