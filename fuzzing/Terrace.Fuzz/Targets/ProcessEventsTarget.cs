using System.Buffers.Binary;
using Terrace.Linux.Processes;

namespace Terrace.Fuzz.Targets;

/// <summary>What the kernel says of processes that come and go.</summary>
internal sealed class ProcessEventsTarget : IFuzzTarget
{
    private const int WhatAt = 36;
    private const int DataAt = 52;

    public string Name => "process-events";

    public string Reads => "messages of the kernel's process connector";

    public int MaxBytes => 256;

    public IReadOnlyList<string> Words => ["\u0001\0\0\0", "\u0002\0\0\0", "\u0004\0\0\0", "\u0014\0\0\0\u0014\0\0\0"];

    public IEnumerable<byte[]> Seeds =>
    [
        Message(1, 10, 10, 20, 20), Message(2, 20, 20), Message(4, 20, 20, 0, 0), Message(0x8000_0000, 20, 20, 0, 0),
        Message(1, 10, 10, 21, 20),
    ];

    public void Run(ReadOnlySpan<byte> input) => Expect.That(ProcessEvent.Parse(input) is not { Pid: <= 0 });

    private static byte[] Message(uint what, params int[] data)
    {
        byte[] message = new byte[DataAt + (data.Length * 4)];
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(WhatAt), what);
        foreach ((int index, int word) in data.Index())
        {
            BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(DataAt + (index * 4)), word);
        }

        return message;
    }
}
