using System.Net.Sockets;
using Terrace.Host.Daemon;

namespace Terrace.Host.Tests.Daemon;

public sealed class PeerIdentityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Who_connects_is_known_by_process_and_pinned()
    {
        UnixDomainSocketEndPoint end = new(Path.Combine(_folder, "s"));
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(end);
        listener.Listen();
        using Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(end);
        using Socket server = listener.Accept();
        using PeerIdentity? peer = PeerIdentity.Of(server);
        Assert.Equal(Environment.ProcessId, peer!.Process!.Pid);
        Assert.True(peer.Process.IsAlive);
    }
}
