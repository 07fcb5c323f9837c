using Terrace.Linux.Mappings;

namespace Terrace.Fuzz.Targets;

/// <summary>Which pages of a process can be brought back from their files.</summary>
internal sealed class SmapsTarget : IFuzzTarget
{
    private static readonly InputFile s_file = new();
    private readonly List<(UnwrittenMapping Mapping, long ResidentBytes)> _found = [];

    public string Name => "smaps";

    public string Reads => "/proc/self/smaps";

    public int MaxBytes => 4096;

    public IReadOnlyList<string> Words =>
        ["Rss:     4 kB\n", "Anonymous: 0 kB\n", "Swap: 0 kB\n", "VmFlags: rd ex mr mw me\n", " wr", " ac", "r-xp", "r--p", "r--s"];

    public IEnumerable<byte[]> Seeds => CapturedFiles.Named("smaps").Append(
        """
        7f1000000000-7f1000100000 r-xp 00001000 08:01 42       /usr/lib/libc.so.6
        Rss:                 512 kB
        Anonymous:             0 kB
        Swap:                  0 kB
        VmFlags: rd ex mr mw me
        7f1000100000-7f1000200000 r--p 00101000 08:01 42       /usr/lib/libc.so.6
        Rss:                 256 kB
        Anonymous:             4 kB
        Swap:                  0 kB
        VmFlags: rd mr mw me ac

        """u8.ToArray());

    public void Run(ReadOnlySpan<byte> input)
    {
        s_file.Set(input);
        Expect.That(UnwrittenMapping.Find(s_file.Path, _found) == 0);
        foreach ((UnwrittenMapping mapping, long resident) in _found)
        {
            Expect.That(mapping.Range.Start < mapping.Range.End);
            Expect.That(mapping.File.Inode != 0);
            Expect.That(resident >= 0);
        }
    }
}
