using System.Net.Sockets;
using System.Text;
using Terrace.Host.Control;
using Terrace.Host.Daemon;

namespace Terrace.Host.Tests.Daemon;

[Collection(AloneGroup.Name)]
public sealed class ControlServerTests : IDisposable
{
    private const int Connections = 3000;

    /// <summary>What may be left of three thousand connections: less than one buffer of 16 KiB for each.</summary>
    private const long LeftBytes = 8 << 20;

    private static readonly byte[] s_good = Encoding.UTF8.GetBytes("""{"version":1,"command":"status"}""" + "\n");

    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Whatever_three_thousand_connections_send_the_next_one_is_answered_and_nothing_piles_up()
    {
        string path = Path.Combine(_folder, "control.sock");
        using EventHub events = new();
        using ControlServer server = ControlServer.Start(path, (request, _) => Task.FromResult(Answer(request)));
        await AskAsync(path);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Random random = new(3);
        byte[] garbage = new byte[48 * 1024];
        for (int i = 0; i < Connections; i++)
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), TestContext.Current.CancellationToken);
                int length = Fill(random, garbage);
                await socket.SendAsync(garbage.AsMemory(0, length), TestContext.Current.CancellationToken);
            }
            catch (SocketException)
            {
                // Refused for a while, or for good: what it sent was no request.
            }
        }

        await AskAsync(path);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, LeftBytes);

        ControlAnswer Answer(ControlRequest request) =>
            new(ControlResponse.Success("done"), request.Command == ControlCommand.Events ? events.Follow(_ => true) : null);
    }

    // Bytes at random, lines without an end, good lines cut short, good lines with bytes changed, events that nobody reads.
    private static int Fill(Random random, byte[] bytes)
    {
        int kind = random.Next(5);
        int length = kind == 1 ? bytes.Length : random.Next(1, 4096);
        if (kind <= 1)
        {
            random.NextBytes(bytes.AsSpan(0, length));
            bytes.AsSpan(0, length).Replace((byte)'\n', (byte)(kind == 1 ? 'x' : '\n'));
            return length;
        }

        byte[] line = kind == 4 ? Encoding.UTF8.GetBytes("""{"version":1,"command":"events"}""" + "\n") : s_good;
        length = 0;
        while (length + line.Length < 1024)
        {
            line.CopyTo(bytes, length);
            length += line.Length;
        }

        if (kind == 3)
        {
            for (int change = random.Next(1, 40); change > 0; change--)
            {
                bytes[random.Next(length)] = (byte)random.Next(256);
            }
        }

        return random.Next(1, length);
    }

    private static async Task AskAsync(string path)
    {
        // While others' connections end there may be no place.
        for (int attempt = 0; attempt < 200; attempt++)
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), TestContext.Current.CancellationToken);
                await socket.SendAsync(s_good, TestContext.Current.CancellationToken);
                byte[] answer = new byte[1024];
                int received = await socket.ReceiveAsync(answer, TestContext.Current.CancellationToken);
                if (received > 0)
                {
                    Assert.Contains("\"done\":\"done\"", Encoding.UTF8.GetString(answer, 0, received), StringComparison.Ordinal);
                    return;
                }
            }
            catch (SocketException)
            {
                // As when there is no place.
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Fail("no request is answered any more");
    }
}
