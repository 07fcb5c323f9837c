using System.Buffers.Binary;
using Terrace.Linux.Processes;

namespace Terrace.Linux.Tests.Processes;

public sealed class ProcessEventTests
{
    [Theory]
    [InlineData(1u, new[] { 10, 10, 20, 20 }, ProcessEventKind.Forked, 20)]
    [InlineData(2u, new[] { 20, 20 }, ProcessEventKind.Executed, 20)]
    [InlineData(4u, new[] { 20, 20, 0, 0 }, ProcessEventKind.ChangedUser, 20)]
    [InlineData(0x80000000u, new[] { 20, 20, 0, 0 }, ProcessEventKind.Exited, 20)]
    public void What_happens_to_a_process_is_read(uint what, int[] data, ProcessEventKind kind, int pid) =>
        Assert.Equal(new ProcessEvent(kind, pid), ProcessEvent.Parse(Message(what, data)));

    [Theory]
    [InlineData(1u, new[] { 10, 10, 21, 20 })]
    [InlineData(0x80000000u, new[] { 21, 20, 0, 0 })]
    [InlineData(0x200u, new[] { 20, 20, 0, 0 })]
    [InlineData(0u, new[] { 0, 0 })]
    public void Threads_and_other_events_are_passed_over(uint what, int[] data) => Assert.Null(ProcessEvent.Parse(Message(what, data)));

    [Fact]
    public void Any_bytes_are_an_event_of_a_positive_number_or_nothing()
    {
        Random random = new(1);
        for (int i = 0; i < 100_000; i++)
        {
            byte[] bytes = new byte[random.Next(0, 100)];
            random.NextBytes(bytes);
            Assert.True(ProcessEvent.Parse(bytes) is not { Pid: <= 0 });
        }
    }

    private static byte[] Message(uint what, int[] data)
    {
        byte[] message = new byte[52 + (data.Length * 4)];
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(36), what);
        for (int i = 0; i < data.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(52 + (i * 4)), data[i]);
        }

        return message;
    }
}
