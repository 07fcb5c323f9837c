using System.Diagnostics;
using System.Net.Sockets;
using Terrace.Host.Guests;
using Terrace.Linux.Interop;

namespace Terrace.Host.Tests.Guests;

/// <summary>A command line can name any socket of the host: to connect alone may start what listens there.</summary>
public sealed class OthersSocketTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;

    [Fact]
    public void A_socket_of_another_user_is_not_connected_to()
    {
        Assert.SkipUnless(EffectiveUser.IsRoot, "only root may start a process of another user");
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        using Socket listener = Listen("roots");
        using Process guest = Process.Start("setpriv", ["--reuid", "65534", "--clear-groups", "sleep", "600"]);
        Assert.True(
            SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{guest.Id}/comm").TrimEnd() == "sleep", TimeSpan.FromSeconds(20)));
        using BoundedCalls calls = new();
        Assert.Null(LayoutFeed.TryConnect(Path.Combine(_folder, "roots"), guest.Id, out string problem, calls));
        Assert.Equal("its socket belongs to another user (0)", problem);

        // Nobody knocked.
        Assert.False(listener.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectRead));
        guest.Kill();
    }

    [Fact]
    public void A_socket_at_which_another_process_listens_is_let_go_before_anything_is_sent()
    {
        using Socket listener = Listen("others");
        using Process guest = Process.Start("sleep", "600");
        using BoundedCalls calls = new();
        Assert.Null(LayoutFeed.TryConnect(Path.Combine(_folder, "others"), guest.Id, out string problem, calls));
        Assert.Equal($"who listens there is process {Environment.ProcessId}", problem);
        using Socket accepted = listener.Accept();
        Assert.Equal(0, accepted.Receive(new byte[1]));
        guest.Kill();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Socket Listen(string name)
    {
        Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder, name)));
        listener.Listen(4);
        return listener;
    }
}
