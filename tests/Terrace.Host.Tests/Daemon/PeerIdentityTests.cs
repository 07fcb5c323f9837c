using System.Net.Sockets;
using Terrace.Host.Daemon;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;

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
        PeerCredentials credentials = PeerCredentials.Of(server)!.Value;
        using PeerIdentity peer = PeerIdentity.Of(server, credentials, new GroupFile(FileTree.OfHost, "no such group"));
        Assert.Equal(Environment.ProcessId, peer.Process!.Pid);
        Assert.True(peer.Process.IsAlive);
        Assert.Equal((credentials.UserId, credentials.GroupId), (peer.UserId, peer.GroupId));
        Assert.Equal(ProcessPlace.OfThis, peer.Place);
        Assert.Equal(EffectiveUser.IsRoot, peer.MayChange);

        // One who has no number here, as a process of another PID namespace that is not below this one.
        using PeerIdentity outside = PeerIdentity.Of(server, credentials with { Pid = 0 }, new GroupFile(FileTree.OfHost, "no such group"));
        Assert.False(outside.MayChange);
        Assert.False(outside.MaySee($"{credentials.UserId}", () => ProcessPlace.OfThis));
    }
}
