using System.Buffers.Binary;

namespace Terrace.Linux.Processes;

/// <summary>Something that happened to a process.</summary>
/// <param name="Kind">What.</param>
/// <param name="Pid">To which process; of a fork the child.</param>
public readonly record struct ProcessEvent(ProcessEventKind Kind, int Pid)
{
    // include/uapi/linux/cn_proc.h
    private const uint PROC_EVENT_FORK = 1;
    private const uint PROC_EVENT_EXEC = 2;
    private const uint PROC_EVENT_UID = 4;
    private const uint PROC_EVENT_EXIT = 0x80000000;

    // struct nlmsghdr and struct cn_msg; then struct proc_event: what, cpu, timestamp, and what depends on it.
    private const int HeaderBytes = 16;
    private const int ConnectorBytes = 20;
    private const int WhatAt = HeaderBytes + ConnectorBytes;
    private const int DataAt = WhatAt + 16;

    /// <summary>
    /// Reads one message of the process events connector. Null for what is not about a whole process, and for what no kernel
    /// sends.
    /// </summary>
    public static ProcessEvent? Parse(ReadOnlySpan<byte> message)
    {
        if (message.Length < DataAt + 8)
        {
            return null;
        }

        uint what = BinaryPrimitives.ReadUInt32LittleEndian(message[WhatAt..]);
        ReadOnlySpan<byte> data = message[DataAt..];
        if (what == PROC_EVENT_FORK)
        {
            // parent, parent's group leader, child, child's group leader
            return data.Length >= 16 ? OfLeader(ProcessEventKind.Forked, data[8..]) : null;
        }

        ProcessEventKind? kind = what switch
        {
            PROC_EVENT_EXEC => ProcessEventKind.Executed,
            PROC_EVENT_UID => ProcessEventKind.ChangedUser,
            PROC_EVENT_EXIT => ProcessEventKind.Exited,
            _ => null,
        };
        return kind is { } known ? OfLeader(known, data) : null;
    }

    // A thread and the leader of its group; the leader is the process.
    private static ProcessEvent? OfLeader(ProcessEventKind kind, ReadOnlySpan<byte> data)
    {
        int thread = BinaryPrimitives.ReadInt32LittleEndian(data);
        int leader = BinaryPrimitives.ReadInt32LittleEndian(data[4..]);
        return thread == leader && leader > 0 ? new ProcessEvent(kind, leader) : null;
    }
}
