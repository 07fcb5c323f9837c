using System.Text;
using Terrace.Linux.Files;
using Terrace.Linux.Mappings;

namespace Terrace.Fuzz.Targets;

/// <summary>The mappings of a process, whose names a program chooses.</summary>
internal sealed class MapsTarget : IFuzzTarget
{
    private static readonly string s_folder = TemporaryFolder.Make();
    private static readonly InputFile s_file = new(Path.Combine(s_folder, "maps"));

    public string Name => "maps";

    public string Reads => "/proc/PID/maps, hints in names of mappings";

    public IReadOnlyList<string> Words =>
    [
        "[heap]", "[stack]", "[anon:terrace:hot]", "[anon_shmem:terrace:fast=40%]", "/memfd:terrace:cold", "/SYSV", "/dev/shm/",
        "/dev/hugepages/", " (deleted)", "[vdso]", "rw-s", "r-xp", "00:01", "7f0000000000-7f0000200000 ", "anon_inode:",
    ];

    public IEnumerable<byte[]> Seeds => CapturedFiles.Named("smaps")
        .Select(text => Encoding.UTF8.GetString(text).Split('\n').Where(line => line.Contains('-', StringComparison.Ordinal)))
        .Select(lines => string.Join('\n', lines))
        .Concat([
            """
            55d0c0000000-55d0c0021000 rw-p 00000000 00:00 0                          [heap]
            7f0000000000-7f0000200000 rw-p 00000000 00:00 0                          [anon:terrace:fast=40%]
            7f0000200000-7f0000400000 rw-s 00000000 00:01 1024                       /memfd:terrace:hot (deleted)
            7f0000400000-7f0000600000 rw-s 00200000 00:01 1024                       /memfd:terrace:hot (deleted)
            7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0                          [stack]

            """,
        ]).SelectMany(text => CapturedFiles.Texts(text));

    public void Run(ReadOnlySpan<byte> input)
    {
        ReadOnlySpan<byte> text = input;
        int understood = 0;
        while (KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (MapsLine.TryParse(line, out MapsLine mapping))
            {
                understood++;
                Expect.That(mapping.Start < mapping.End);
                _ = mapping.Kind;
                _ = mapping.IsShared;
                _ = WorkloadHint.In(mapping.Name);
                _ = WorkloadHint.ShareIn(mapping.Name);
            }
        }

        s_file.Set(input);
        int error = ManagedMappings.TryOpen(s_folder, SampleMachine.Still, new SharedFiles(), out ManagedMappings? mappings);
        Expect.That(error == 0);
        using (mappings)
        {
            mappings!.Placement.Respect = PlacementRespect.None;
            Expect.That(mappings.Refresh() == understood);
            ulong end = 0;
            foreach (AddressRange range in mappings.Ranges)
            {
                Expect.That(range.Start >= end);
                Expect.That(range.End > range.Start);
                end = range.End;
            }
        }
    }
}
