namespace Terrace.Core.Machine;

/// <summary>Some of the chunks of an address space. Valid until what is known of it changes: to be used at once.</summary>
public interface IChunkChoice
{
    /// <summary>
    /// Finds the first run of chosen chunks that ends after a chunk: from <paramref name="first"/>, which is not below
    /// <paramref name="from"/>, up to <paramref name="end"/>, which is of it no more. False when there is none. Cheapest when
    /// <paramref name="from"/> ascends.
    /// </summary>
    bool TryNext(ulong from, out ulong first, out ulong end);
}
