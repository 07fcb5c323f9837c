using Terrace.Linux.Interop;

namespace Terrace.Linux.Tests.Interop;

public sealed class SmallMappingsTests
{
    [Fact]
    public void Each_is_a_mapping_of_its_own_that_keeps_its_bytes_when_it_moves_and_loses_them_when_it_is_mapped_again()
    {
        const int Count = 1000;
        Assert.Equal(0, SmallMappings.TryMap(Count, out SmallMappings? mappings));
        using (mappings)
        {
            for (int mapping = 0; mapping < Count; mapping++)
            {
                mappings![mapping].Fill((byte)mapping);
            }

            Assert.True(
                File.ReadLines("/proc/self/maps")
                    .Count(line => line.Contains(" rw-p 00000000 00:00 0", StringComparison.Ordinal)) >= Count);
            for (int mapping = 0; mapping < Count; mapping += 2)
            {
                Assert.Equal(0, mappings!.Move(mapping));
            }

            Assert.Equal(0, mappings!.Renew(7));
            for (int mapping = 0; mapping < Count; mapping++)
            {
                byte expected = mapping == 7 ? (byte)0 : (byte)mapping;
                Assert.Equal(-1, mappings[mapping].IndexOfAnyExcept(expected));
            }
        }
    }
}
