using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Terrace.Host.Failures;

namespace Terrace.Host.Control;

/// <summary>Speaks to the daemon.</summary>
internal sealed class ControlClient : IDisposable
{
    private readonly Socket _socket;
    private readonly StreamReader _reader;

    private ControlClient(Socket socket)
    {
        _socket = socket;
        _reader = new StreamReader(new NetworkStream(socket, ownsSocket: false), Encoding.UTF8);
    }

    /// <summary>Connects.</summary>
    /// <exception cref="CommandFailure">No daemon answers there.</exception>
    public static ControlClient Connect(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return new ControlClient(socket);
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            socket.Dispose();
            throw new CommandFailure(
                ExitCode.Unavailable,
                $"no daemon answers at {path}",
                "start it: sudo terrace daemon; or name its folder with --run-folder");
        }
    }

    /// <summary>Asks and waits for the answer.</summary>
    /// <exception cref="CommandFailure">The daemon refuses, or goes away.</exception>
    public ControlResponse Ask(ControlRequest request)
    {
        try
        {
            _socket.Send(
                Encoding.UTF8.GetBytes(
                    JsonSerializer.Serialize(
                        request with { Version = ControlRequest.ProtocolVersion }, ControlJson.Line.ControlRequest) + "\n"));
            if (ReadLine() is { } line && JsonSerializer.Deserialize(line, ControlJson.Default.ControlResponse) is { } response)
            {
                return response.Ok
                    ? response
                    : throw new CommandFailure(response.ExitCode, response.Problem ?? "the daemon refuses", response.Fix ?? "see its log");
            }
        }
        catch (Exception error) when (error is SocketException or IOException or JsonException)
        {
            // As when it goes away.
        }

        throw new CommandFailure(ExitCode.Unavailable, "the daemon went away or closed the connection", "see its log");
    }

    /// <summary>The next line, or null at the end.</summary>
    public string? ReadLine() => _reader.ReadLine();

    public void Dispose()
    {
        _reader.Dispose();
        _socket.Dispose();
    }
}
