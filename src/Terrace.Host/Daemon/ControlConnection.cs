using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Terrace.Host.Control;
using Terrace.Host.Failures;

namespace Terrace.Host.Daemon;

/// <summary>
/// One client of the control socket: a request a line, answered by a line, until it goes, is silent for too long, sends a line that is too
/// long, or loses its place to others.
/// </summary>
internal sealed class ControlConnection(
    Socket socket,
    ControlPlace place,
    ControlPlaces places,
    PeerPace pace,
    Func<ControlRequest, PeerIdentity, Task<ControlAnswer>> handle)
{
    private const int MaxLineBytes = 16 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private static readonly ControlResponse s_manyFollow = ControlResponse.Failure(
        ExitCode.Unavailable, "as many follow events as may", "end one that you have, or try again later");

    private readonly byte[] _buffer = new byte[MaxLineBytes];
    private int _length;

    /// <summary>Serves it to its end.</summary>
    public async Task ServeAsync()
    {
        CancellationToken stop = place.Ended;
        try
        {
            while (await ReadLineAsync(stop) is { } line)
            {
                // Others of the same user may have taken what there was.
                while (pace.WaitOf(place.Peer) is { Ticks: > 0 } wait)
                {
                    await Task.Delay(wait, stop);
                }

                places.SetIdle(place, isIdle: false);
                ControlRequest? request = Parse(line, out ControlResponse? refusal);
                ControlAnswer answer = refusal is not null ? new ControlAnswer(refusal) : await handle(request!, place.Peer);
                pace.Charge(place.Peer, answer.Cost);
                using EventFeed? feed = answer.Feed;
                bool follows = feed is not null && places.TryFollow(place);
                ControlResponse response = feed is null || follows ? answer.Response : s_manyFollow;
                await SendAsync(JsonSerializer.Serialize(response, ControlJson.Line.ControlResponse) + "\n", stop);
                places.SetIdle(place, isIdle: true);
                if (follows)
                {
                    await StreamAsync(feed!, stop);
                    return;
                }
            }
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            // The peer went, or lost our patience, or its place.
        }
    }

    /// <summary>Reads a request, or says what is wrong with it.</summary>
    internal static ControlRequest? Parse(ReadOnlySpan<byte> line, out ControlResponse? refusal)
    {
        refusal = null;
        try
        {
            ControlRequest? request = JsonSerializer.Deserialize(line, ControlJson.Line.ControlRequest);
            if (request is { Version: ControlRequest.ProtocolVersion, Command: not null })
            {
                return request;
            }

            refusal = ControlResponse.Failure(
                ExitCode.Usage,
                $"version {request?.Version} of the control protocol is not supported here",
                $"use a terrace of the daemon's version; it supports version {ControlRequest.ProtocolVersion}");
        }
        catch (JsonException)
        {
            refusal = ControlResponse.Failure(ExitCode.Usage, "the request does not follow the control protocol", "see docs/control.md");
        }

        return null;
    }

    /// <summary>The next line without its end; null at the end of the stream or for a line that is too long.</summary>
    private async Task<byte[]?> ReadLineAsync(CancellationToken stop)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(s_patience);
        int searched = 0;
        while (true)
        {
            int end = _buffer.AsSpan(searched, _length - searched).IndexOf((byte)'\n');
            if (end >= 0)
            {
                byte[] line = _buffer[..(searched + end)];
                int rest = _length - line.Length - 1;
                _buffer.AsSpan(line.Length + 1, rest).CopyTo(_buffer);
                _length = rest;
                return line;
            }

            searched = _length;
            if (_length == _buffer.Length)
            {
                return null;
            }

            int received = await socket.ReceiveAsync(_buffer.AsMemory(_length), patience.Token);
            if (received == 0)
            {
                return null;
            }

            _length += received;
        }
    }

    private async Task StreamAsync(EventFeed feed, CancellationToken stop)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task watch = EndWhenPeerGoesAsync(ended);
        try
        {
            await foreach (string line in feed.Lines.ReadAllAsync(ended.Token))
            {
                await SendAsync(line, stop);
            }
        }
        finally
        {
            await ended.CancelAsync();
            await watch;
        }
    }

    // A follower sends nothing more: whatever comes is its end.
    private async Task EndWhenPeerGoesAsync(CancellationTokenSource ended)
    {
        try
        {
            await socket.ReceiveAsync(new byte[1], ended.Token);
            await ended.CancelAsync();
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Ended from the other side.
        }
    }

    private async Task SendAsync(string text, CancellationToken stop)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(s_patience);
        ReadOnlyMemory<byte> bytes = Encoding.UTF8.GetBytes(text);
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, patience.Token)..];
        }
    }
}
