using Terrace.Linux.Clearers;
using Terrace.Linux.Pressures;

namespace Terrace.Fuzz.Targets;

/// <summary>Pressure, and generations of reclaim.</summary>
internal sealed class ReclaimTarget : IFuzzTarget
{
    private readonly List<(int Node, long Generation)> _youngest = [];

    public string Name => "reclaim";

    public string Reads => "/proc/pressure/*, *.pressure, /sys/kernel/debug/lru_gen";

    public IReadOnlyList<string> Words =>
    [
        "some avg10=", "full avg10=", " avg60=0.00", "100.00", "memcg     1 /\n", "memcg    17 /machine.slice\n", " node     0\n",
        "          3       8684      16431           0 \n",
    ];

    public IEnumerable<byte[]> Seeds => CapturedFiles.Named("pressure/memory", "pressure/cpu").Concat(CapturedFiles.Texts(
        "some avg10=12.50 avg60=1.00 avg300=0.00 total=123456\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n",
        """
        memcg     1 /
         node     0
                  0       8684          0           0 
                  3       8684      16431           0 
         node     1
                  2       8684       9543           0 
        memcg    17 /machine.slice
         node     0
                  4       8684          0           0 
        memcg    23 /machine.slice/machine-qemu
         node     1
                  8        684          0           0 

        """));

    public void Run(ReadOnlySpan<byte> input)
    {
        Expect.That(PressureText.SomeOfTenSeconds(input) is null or (>= 0 and <= 1));
        _youngest.Clear();
        long? group = GenerationList.Find(input, "/machine.slice/machine-qemu/emulator"u8, _youngest);
        Expect.That(group is not null || _youngest.Count == 0);
        Expect.That(_youngest.TrueForAll(one => one.Node >= 0));
    }
}
