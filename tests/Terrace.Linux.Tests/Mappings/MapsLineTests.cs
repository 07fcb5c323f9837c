using System.Text;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Tests.Mappings;

public sealed class MapsLineTests
{
    [Theory]
    [InlineData("7f00-8000 rw-p 00000000 00:00 0 ", MappingKind.Anonymous, true)]
    [InlineData("7f00-8000 rw-p 00000000 00:00 0                          [heap]", MappingKind.Heap, true)]
    [InlineData("7f00-8000 rw-p 00000000 00:00 0                          [stack]", MappingKind.Stack, true)]
    [InlineData("7f00-8000 rw-p 00000000 00:00 0                          [anon:GC heap]", MappingKind.Anonymous, true)]
    [InlineData("7f00-8000 r-xp 00000000 00:00 0                          [vdso]", MappingKind.KernelProvided, false)]
    [InlineData("7f00-8000 r--p 00000000 00:00 0                          [vvar_vclock]", MappingKind.KernelProvided, false)]
    [InlineData("7f00-8000 rwxp 00000000 00:00 0 ", MappingKind.Anonymous, true)]
    [InlineData("7f00-8000 rw-s 00000000 00:01 1028                       /memfd:x (deleted)", MappingKind.SharedMemory, true)]
    [InlineData("7f00-8000 rw-s 00000000 00:01 1028                       /dev/shm/a b", MappingKind.SharedMemory, true)]
    [InlineData("7f00-8000 rw-s 00000000 00:01 1028                       /dev/zero (deleted)", MappingKind.SharedMemory, true)]
    [InlineData("7f00-8000 rw-s 00000000 00:01 1028                       /SYSV00000000 (deleted)", MappingKind.SharedMemory, true)]
    [InlineData("7f00-8000 rw-p 00000000 00:0f 1028                       /anon_hugepage (deleted)", MappingKind.HugeTlb, true)]
    [InlineData("7f00-8000 rw-s 00000000 00:05 1028                       /dev/nvidia0", MappingKind.Device, false)]
    [InlineData("7f00-8000 rw-s 00000000 00:0e 1028                       anon_inode:[io_uring]", MappingKind.Device, false)]
    [InlineData("7f00-8000 r-xp 00000000 fe:00 1028                       /usr/lib/libc.so.6", MappingKind.ProgramText, false)]
    [InlineData("7f00-8000 r--p 00000000 fe:00 1028                       /usr/lib/libc.so.6", MappingKind.File, true)]
    public void Kinds_follow_name_and_permissions(string line, MappingKind kind, bool managed)
    {
        Assert.True(MapsLine.TryParse(Encoding.ASCII.GetBytes(line), out MapsLine mapping));
        Assert.Equal(0x7f00UL, mapping.Start);
        Assert.Equal(0x8000UL, mapping.End);
        Assert.Equal(kind, mapping.Kind);
        Assert.Equal(managed, ProcessMaps.IsManaged(kind));
    }

    [Theory]
    [InlineData("")]
    [InlineData("7f00-8000")]
    [InlineData("7f00-8000 rw-p 0 00:00")]
    [InlineData("8000-7f00 rw-p 00000000 00:00 0")]
    [InlineData("7f00 rw-p 00000000 00:00 0")]
    [InlineData("7f00-8000 rw 00000000 00:00 0")]
    public void Half_lines_are_refused(string line) => Assert.False(MapsLine.TryParse(Encoding.ASCII.GetBytes(line), out _));
}
