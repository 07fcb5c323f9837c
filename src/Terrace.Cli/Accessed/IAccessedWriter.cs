namespace Terrace.Cli.Accessed;

/// <summary>Writes what scans saw in one form, chunk by chunk; it keeps no more than one chunk and a buffer.</summary>
internal interface IAccessedWriter
{
    /// <summary>Begins a scan.</summary>
    /// <param name="scan">Its number, from 1.</param>
    /// <param name="covered">Time from the clear to the read.</param>
    void BeginScan(int scan, TimeSpan covered);

    /// <summary>Writes a chunk, which is not empty; they come in ascending order.</summary>
    void Write(AccessedChunk chunk);

    /// <summary>Ends a scan that is whole, so that whoever reads has all of it now.</summary>
    void EndScan();
}
