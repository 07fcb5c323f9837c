using Terrace.Core.Units;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>Pages that the kernel has merged because they are equal (Documentation/admin-guide/mm/ksm.rst).</summary>
internal sealed class KsmCheck : IHostCheck
{
    private const string Folder = "sys/kernel/mm/ksm";

    public CheckResult Look(DoctorHost host)
    {
        long? run = host.Files.ReadNumber($"{Folder}/run");
        long shared = host.Files.ReadNumber($"{Folder}/pages_shared") ?? 0;
        long sharing = host.Files.ReadNumber($"{Folder}/pages_sharing") ?? 0;
        bool across = host.Files.ReadNumber($"{Folder}/merge_across_nodes") is not 0;
        bool merges = run == 1 || shared > 0;
        return new CheckResult
        {
            Group = CheckGroups.Kernel,
            Name = "KSM",
            State = shared > 0 && across ? CheckState.Degraded : CheckState.Works,
            NeededFor = "pages that lie where their user needs them: a merged page lies in one place for all of its users",
            Detail = run is null ? "this kernel does not merge equal pages"
                : !merges ? "off: equal pages are not merged"
                : shared == 0 ? "on; no pages are merged now"
                : $"{ByteSize.Format(shared * Chunk.PageBytes)} of memory stand for "
                    + $"{ByteSize.Format((shared + sharing) * Chunk.PageBytes)} of several processes, "
                    + (across ? "of fast and slow memory alike" : "each within one node"),
            Fix = shared > 0 && across
                ? "to merge within nodes only: echo 2 > /sys/kernel/mm/ksm/run, echo 0 > /sys/kernel/mm/ksm/merge_across_nodes, echo 1 > "
                    + "/sys/kernel/mm/ksm/run"
                : null,
        };
    }
}
