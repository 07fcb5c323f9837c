namespace Terrace.Cli.Layout;

/// <summary>For what changes nothing.</summary>
internal sealed class NoLock : IDisposable
{
    public static NoLock Instance { get; } = new();

    public void Dispose()
    {
    }
}
