using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Linux.Folios;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Processes;

/// <summary>What trackers need of the machine beyond what the engine does.</summary>
internal interface ITrackedMachine : IMachine
{
    /// <summary>Node and place of every page frame, as of the last refresh.</summary>
    FrameMap Frames { get; }

    /// <summary>What its attached processes share.</summary>
    SharedFiles SharedFiles { get; }

    /// <summary>Makes the calls that wait for a process's memory lock; null: the calling thread does.</summary>
    BoundedCalls? Calls { get; }

    /// <summary>What clearing accessed bits has taken on it.</summary>
    ClearCosts ClearCosts { get; }

    /// <summary>Where folios are found; null where they are not looked for.</summary>
    FolioSource? Folios => null;
}
