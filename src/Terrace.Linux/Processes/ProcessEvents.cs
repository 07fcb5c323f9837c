using Terrace.Linux.Interop;

namespace Terrace.Linux.Processes;

/// <summary>Reports processes as they come, change and go, without looking through /proc: the kernel's process events connector.</summary>
public sealed class ProcessEvents : IDisposable
{
    // One event and its headers take 76 bytes on Linux 6.12.
    private const int MessageBytes = 256;

    private readonly ConnectorSocket _socket;

    private ProcessEvents(ConnectorSocket socket) => _socket = socket;

    /// <summary>
    /// Begins to listen: 0; EPERM without CAP_NET_ADMIN; EPROTONOSUPPORT or ECONNREFUSED on a kernel without CONFIG_PROC_EVENTS.
    /// </summary>
    public static int TryOpen(out ProcessEvents? events)
    {
        int error = ConnectorSocket.TryOpen(out ConnectorSocket? socket);
        events = error == 0 ? new ProcessEvents(socket!) : null;
        return error;
    }

    /// <summary>Makes a set ready while events wait; false when that is not possible.</summary>
    public bool AddTo(EpollSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        return set.TryAdd(_socket);
    }

    /// <summary>
    /// Adds the events that wait to <paramref name="events"/>. False when some were lost, because more came than could be kept: only a look
    /// through /proc tells then what there is.
    /// </summary>
    /// <param name="events">Not cleared.</param>
    /// <param name="most">Leaves the rest for the next call after that many.</param>
    /// <param name="hasMore">True when that many came, and more may wait.</param>
    public bool Drain(List<ProcessEvent> events, int most, out bool hasMore)
    {
        ArgumentNullException.ThrowIfNull(events);
        Span<byte> message = stackalloc byte[MessageBytes];
        bool complete = true;
        hasMore = true;
        for (int count = 0; count < most; count++)
        {
            int received = _socket.Receive(message);
            if (received == 0)
            {
                hasMore = false;
                break;
            }

            if (received < 0)
            {
                complete = false;
                if (received != -Errno.ENOBUFS)
                {
                    hasMore = false;
                    break;
                }

                continue;
            }

            if (ProcessEvent.Parse(message[..received]) is { } one)
            {
                events.Add(one);
            }
        }

        return complete;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
