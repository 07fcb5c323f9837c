namespace Terrace.Cli.Doctor;

/// <summary>What checks belong to.</summary>
internal static class CheckGroups
{
    /// <summary>What this process may do.</summary>
    public const string Rights = "rights";

    /// <summary>Seeing which pages are used.</summary>
    public const string Tracking = "tracking";

    /// <summary>Places to move pages to, and moving them.</summary>
    public const string Placement = "placement";

    /// <summary>What else on this machine moves pages or makes heat coarser.</summary>
    public const string Kernel = "kernel";

    /// <summary>What Terrace works without.</summary>
    public const string Optional = "optional";
}
