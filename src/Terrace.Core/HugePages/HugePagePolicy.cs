namespace Terrace.Core.HugePages;

/// <summary>What becomes of huge pages of which some base pages only are hot.</summary>
public enum HugePagePolicy
{
    /// <summary>They are found by splitting a few, and split where that pays.</summary>
    Split,

    /// <summary>All huge pages stay as they are.</summary>
    Keep,
}
