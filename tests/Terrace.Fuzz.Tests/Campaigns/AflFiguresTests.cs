using Terrace.Fuzz.Campaigns;

namespace Terrace.Fuzz.Tests.Campaigns;

public sealed class AflFiguresTests
{
    [Fact]
    public void What_the_fuzzer_wrote_is_read_and_what_it_did_not_write_is_zero()
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(
            path, "start_time        : 1\ncorpus_count      : 126\ncorpus_found      : 122\nedges_found       : 166\nbanner\n");
        Assert.Equal(new AflFigures(4, 122, 166), AflFigures.Read(path));
        File.Delete(path);
        Assert.Equal(new AflFigures(0, 0, 0), AflFigures.Read(path));
    }
}
