using System.Runtime.CompilerServices;

namespace Terrace.Core.Machine;

/// <summary>
/// Pages in each tier, by index (see <see cref="Tier"/>). A value: assigning it copies it, and its default is no pages anywhere.
/// </summary>
public struct TierPages : IEquatable<TierPages>
{
    private Storage _pages;

    /// <summary>Pages of a tier, 0 to <see cref="Tier.Max"/> - 1; 0 for one that the machine does not have.</summary>
    public readonly long this[int tier] => _pages[tier];

    /// <summary>Pages of all tiers.</summary>
    public readonly long Total
    {
        get
        {
            long total = 0;
            for (int tier = 0; tier < Tier.Max; tier++)
            {
                total += _pages[tier];
            }

            return total;
        }
    }

    /// <summary>True when both have the same pages in each tier.</summary>
    public static bool operator ==(TierPages left, TierPages right) => left.Equals(right);

    /// <summary>True when they differ in a tier.</summary>
    public static bool operator !=(TierPages left, TierPages right) => !left.Equals(right);

    /// <inheritdoc/>
    public readonly bool Equals(TierPages other) => ((ReadOnlySpan<long>)_pages).SequenceEqual(other._pages);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is TierPages other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => Total.GetHashCode();

    /// <summary>Adds pages to a tier, or takes them away.</summary>
    internal void Add(int tier, long pages) => _pages[Tier.Reported(tier)] += pages;

    [InlineArray(Tier.Max)]
    private struct Storage
    {
        private long _first;
    }
}
