using System.Runtime;

namespace Terrace.Kernels;

/// <summary>Whether the garbage collector's settings of the publish profiles are in force in a program published with them.</summary>
internal static class CollectorSettings
{
    private const int ArrayBytes = 1000;
    private const int AllocatedBytes = 256 << 20;

    /// <summary>Bytes between two collections (Gen0MaxBudget in common.props).</summary>
    private const int Budget = 4 << 20;

    /// <summary>0 when they are.</summary>
    public static int Check()
    {
        IReadOnlyDictionary<string, object> settings = GC.GetConfigurationVariables();
        int before = GC.CollectionCount(0);
        for (int allocated = 0; allocated < AllocatedBytes; allocated += ArrayBytes)
        {
            GC.KeepAlive(new byte[ArrayBytes - (3 * sizeof(long))]);
        }

        // The budget is a limit that the collector may fall short of, and does.
        int collections = GC.CollectionCount(0) - before;
        bool hold = collections >= AllocatedBytes / Budget && !GCSettings.IsServerGC
            && settings.TryGetValue("ConcurrentGC", out object? concurrent) && concurrent is false
            && settings.TryGetValue("GCConserveMem", out object? conserve) && Convert.ToInt64(conserve, null) == 5;
        Console.WriteLine(
            $"kernels: {collections} collections for {AllocatedBytes >> 20} MiB; "
                + $"{string.Join(' ', settings.Select(one => $"{one.Key}={one.Value}"))}");
        if (!hold)
        {
            Console.Error.WriteLine(
                $"kernels: the collector's settings are not in force: at least {AllocatedBytes / Budget} collections, "
                    + $"ConcurrentGC=False and GCConserveMem=5 are");
        }

        return hold ? 0 : 1;
    }
}
