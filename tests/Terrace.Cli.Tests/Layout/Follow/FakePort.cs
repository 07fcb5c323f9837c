using System.Net.Sockets;

namespace Terrace.Cli.Tests.Layout.Follow;

/// <summary>
/// What lies between host and guest: QEMU, which listens on a Unix socket, and the port's device, which is another Unix socket
/// here. While there is nobody on the guest's side nothing is read from the host's, as QEMU does.
/// </summary>
internal sealed class FakePort : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _host;
    private readonly Socket _guest;
    private readonly List<Socket> _open = [];
    private readonly Task _carrying;

    public FakePort(string folder)
    {
        HostPath = Path.Combine(folder, "host.sock");
        GuestPath = Path.Combine(folder, "guest.sock");
        _host = Listen(HostPath);
        _guest = Listen(GuestPath);
        _carrying = CarryAsync();
    }

    public string HostPath { get; }

    public string GuestPath { get; }

    /// <summary>Ends all connections, as when QEMU or a program on either side restarts.</summary>
    public void Cut()
    {
        lock (_open)
        {
            _open.ForEach(socket => socket.Dispose());
            _open.Clear();
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        Cut();
        _host.Dispose();
        _guest.Dispose();
        _carrying.Wait(TimeSpan.FromSeconds(5));
        _stop.Dispose();
    }

    private static Socket Listen(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen(4);
        return socket;
    }

    private async Task CarryAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                using Socket guest = await _guest.AcceptAsync(_stop.Token);
                using Socket host = await _host.AcceptAsync(_stop.Token);
                lock (_open)
                {
                    _open.AddRange([guest, host]);
                }

                await Task.WhenAny(CopyAsync(guest, host), CopyAsync(host, guest));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        byte[] bytes = new byte[8192];
        try
        {
            while (await from.ReceiveAsync(bytes, _stop.Token) is > 0 and var count)
            {
                for (int sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(bytes.AsMemory(sent, count - sent), _stop.Token);
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side went.
        }
    }
}
