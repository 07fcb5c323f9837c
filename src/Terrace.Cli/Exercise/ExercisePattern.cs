namespace Terrace.Cli.Exercise;

/// <summary>Which page comes next.</summary>
internal enum ExercisePattern
{
    /// <summary>A hot fraction of the pages takes a share of the accesses.</summary>
    HotSet,

    /// <summary>Zipf's law.</summary>
    Zipf,

    /// <summary>One page after the other, again and again.</summary>
    Sequential,
}
