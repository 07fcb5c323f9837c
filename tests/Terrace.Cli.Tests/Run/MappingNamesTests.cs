using Terrace.Cli.Run;
using Terrace.Linux.Guests;
using Terrace.Linux.Mappings;
using Terrace.Reports.Pictures;

namespace Terrace.Cli.Tests.Run;

public sealed class MappingNamesTests
{
    [Theory]
    [InlineData(MappingKind.Heap, "[heap]", "heap")]
    [InlineData(MappingKind.Stack, "[stack]", "stack")]
    [InlineData(MappingKind.Anonymous, "", "anonymous")]
    [InlineData(MappingKind.Anonymous, "[anon:terrace:hot]", "terrace:hot")]
    [InlineData(MappingKind.SharedMemory, "[anon_shmem:cache]", "cache")]
    [InlineData(MappingKind.SharedMemory, "/memfd:jit-cache (deleted)", "memfd jit-cache")]
    [InlineData(MappingKind.SharedMemory, "/dev/shm/PostgreSQL.1", "/dev/shm/PostgreSQL.1")]
    [InlineData(MappingKind.SharedMemory, "/SYSV00000000 (deleted)", "System V segment")]
    [InlineData(MappingKind.SharedMemory, "/dev/zero (deleted)", "shared memory")]
    [InlineData(MappingKind.HugeTlb, "/anon_hugepage (deleted)", "huge pages")]
    [InlineData(MappingKind.File, "/usr/lib/x86_64-linux-gnu/libc.so.6", "libc.so.6")]
    public void Mappings_are_called_what_people_call_them(MappingKind kind, string name, string called) =>
        Assert.Equal([new NamedRange(0x1000, 0x3000, called)], MappingNames.Of([new(0x1000, 0x3000, "rw-p", kind, name)], []));

    [Fact]
    public void Neighbours_of_one_name_are_one_and_reserved_addresses_are_none()
    {
        ProcessMapping Anonymous(ulong start, ulong end, string permissions = "rw-p") =>
            new(start, end, permissions, MappingKind.Anonymous, "");
        Assert.Equal(
            [new NamedRange(0x1000, 0x4000, "anonymous"), new NamedRange(0x5000, 0x6000, "anonymous")],
            MappingNames.Of(
                [
                    Anonymous(0x1000, 0x2000),
                    Anonymous(0x2000, 0x4000, "r--p"),
                    Anonymous(0x4000, 0x5000, "---p"),
                    Anonymous(0x5000, 0x6000),
                ],
                []));
    }

    [Fact]
    public void Memory_of_a_guest_is_called_that() =>
        Assert.Equal(
            ["anonymous", "guest memory"],
            MappingNames.Of(
                [
                    new(0x1000, 0x2000, "rw-p", MappingKind.Anonymous, ""),
                    new(0x8000, 0x9000, "rw-s", MappingKind.SharedMemory, "/memfd:ram"),
                ],
                [new GuestRam(0x8000, 0x9000, "ram", 0)]).Select(range => range.Name));

    [Fact]
    public void A_living_process_has_a_stack_and_its_mappings_are_in_order()
    {
        IReadOnlyList<NamedRange> ranges = MappingNames.Of(Environment.ProcessId);
        Assert.Contains("stack", ranges.Select(range => range.Name));
        Assert.All(ranges.Zip(ranges.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Start));
    }

    [Fact]
    public void Nothing_is_known_of_a_process_that_is_gone() => Assert.Empty(MappingNames.Of(int.MaxValue));
}
