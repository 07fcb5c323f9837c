namespace Terrace.Architecture.Tests;

/// <summary>
/// Who may reach whom. docs/architecture.md draws the same thing; change both together, and say why in docs/decisions/.
/// </summary>
internal static class Layers
{
    /// <summary>Projects that each project under src/ may reference.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Projects = new Dictionary<string, string[]>
    {
        ["Terrace.Core"] = [],
        ["Terrace.Linux"] = ["Terrace.Core"],
        ["Terrace.Simulation"] = ["Terrace.Core"],
        ["Terrace.Reports"] = ["Terrace.Core"],
        ["Terrace.Host"] = ["Terrace.Core", "Terrace.Linux", "Terrace.Reports"],
        ["Terrace.Cli"] = ["Terrace.Host", "Terrace.Core", "Terrace.Linux", "Terrace.Simulation", "Terrace.Reports"],
    };

    /// <summary>
    /// What each folder of Terrace.Core may reach: whole folders, or against the flow single types (the words in which a lower
    /// stage is spoken to). Data flows Machine, Tracking, Placement, Migration; Tiering joins them; nothing reaches Tiering's loop.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, string[]> CoreFolders = new Dictionary<string, string[]>
    {
        ["Units"] = [],
        ["Machine"] = ["Units"],
        ["Layout"] = ["Units", "Machine"],
        ["Tracking"] = ["Units", "Machine"],
        ["Placement"] = ["Units", "Machine", "Tracking"],
        ["Migration"] = ["Units", "Machine", "Tracking", "Placement"],
        ["Tiering"] = ["Units", "Machine", "Tracking", "Placement", "Migration"],
    };

    /// <summary>The one folder of the one project that calls the C library.</summary>
    public const string InteropNamespace = "Terrace.Linux.Interop";

    /// <summary>True when the table lets <paramref name="folder"/> of Core use a type of another folder.</summary>
    public static bool Allows(string folder, string otherFolder, string type) =>
        folder == otherFolder
        || (CoreFolders.TryGetValue(folder, out string[]? allowed) && (allowed.Contains(otherFolder) || allowed.Contains($"{otherFolder}.{type}")));
}
