namespace Terrace.Host.Loop;

/// <summary>How <see cref="TieringHost"/> continues after a tick.</summary>
internal enum LoopPace
{
    /// <summary>The next tick comes soon: there is something to look for.</summary>
    Steady,

    /// <summary>Nothing is to be expected but news.</summary>
    Quiet,

    /// <summary>The loop ends.</summary>
    End,
}
