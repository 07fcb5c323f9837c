using Terrace.Linux.Files;

namespace Terrace.Linux.KernelMemory;

/// <summary>Tells whether page tables can be read here, without attaching to anything.</summary>
public static class TrackerProbe
{
    /// <summary>Null when they can, else what is in the way. <paramref name="root"/> is for tests.</summary>
    public static TrackerProblem? Check(string root = "/")
    {
        using KernelView? view = KernelView.TryOpen(root, out TrackerProblem? problem);
        return problem;
    }

    /// <summary>True when /proc/kallsyms shows the addresses that reading page tables needs, as opposed to zeros or nothing.</summary>
    public static bool ShowsSymbols(string root = "/") =>
        KernelSymbols.TryRead(new FileTree(root), out KernelSymbols symbols) == 0 && symbols.InitTask != 0;
}
