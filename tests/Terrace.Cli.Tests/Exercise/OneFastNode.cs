using Terrace.Cli.Exercise;

namespace Terrace.Cli.Tests.Exercise;

/// <summary>Calls one node fast, or none.</summary>
internal sealed class OneFastNode(int? fast) : IFastNodes
{
    public bool IsFast(int node) => node == fast;

    public long FreeBytes() => 0;
}
