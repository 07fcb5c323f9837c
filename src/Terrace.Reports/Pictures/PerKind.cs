using System.Runtime.CompilerServices;

namespace Terrace.Reports.Pictures;

/// <summary>A value for each <see cref="PageKind"/>.</summary>
[InlineArray(Kinds)]
internal struct PerKind<T>
{
    /// <summary>How many there are.</summary>
    public const int Kinds = 4;

    private T _first;
}
