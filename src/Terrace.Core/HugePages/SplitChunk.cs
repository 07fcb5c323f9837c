using Terrace.Core.Machine;

namespace Terrace.Core.HugePages;

/// <summary>A chunk whose huge page was split.</summary>
internal struct SplitChunk(ulong number)
{
    public ulong Number { get; } = number;

    /// <summary>What is known of it.</summary>
    public SplitState State { get; set; }

    /// <summary>Its pages while they are watched.</summary>
    public PageUse? Use { get; set; }

    /// <summary>From when on, from the start of management, it is looked at again.</summary>
    public TimeSpan LookAt { get; set; }

    /// <summary>Those of its pages that were hot in the last round in which it was split.</summary>
    public BitPlane Hot;

    /// <summary>It was to be split again in the last round.</summary>
    public bool IsAskedAgain { get; set; }

    /// <summary>It is one of the sample that is being watched.</summary>
    public bool IsSampled { get; set; }
}

/// <summary>What is known of a huge page that was split.</summary>
internal enum SplitState
{
    /// <summary>It was to be split; whether it was the next scan tells.</summary>
    Asked,

    /// <summary>Its pages are being watched.</summary>
    Watched,

    /// <summary>It is kept split.</summary>
    Kept,

    /// <summary>It is to be put together.</summary>
    Joining,
}
