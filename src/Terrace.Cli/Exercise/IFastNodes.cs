namespace Terrace.Cli.Exercise;

/// <summary>Which nodes are fast, and how much is free there.</summary>
internal interface IFastNodes
{
    /// <summary>True for nodes of tier 0.</summary>
    bool IsFast(int node);

    /// <summary>Bytes free in tier 0 now.</summary>
    long FreeBytes();
}
