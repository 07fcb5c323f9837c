namespace Terrace.Linux.Layout;

/// <summary>Ways in which a transplant ends.</summary>
public enum TransplantOutcome
{
    /// <summary>All pages were gone through.</summary>
    Done,

    /// <summary>A node had no room for its pages.</summary>
    Full,

    /// <summary>It was asked to stop.</summary>
    Stopped,

    /// <summary>The memory went away or was replaced.</summary>
    Gone,

    /// <summary>The kernel refused to say where pages are, for lack of memory for example.</summary>
    Failed,
}
