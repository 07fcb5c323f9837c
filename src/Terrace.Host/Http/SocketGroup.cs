using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;

namespace Terrace.Host.Http;

/// <summary>
/// Who may use a Unix socket that everybody may connect to: root, and members of a group. It is not a matter of the file's owner and mode,
/// because the service may not change owners (chown(2)).
/// </summary>
internal sealed class SocketGroup(string name)
{
    private static readonly byte[] s_refusal =
        "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 10\r\nConnection: close\r\n\r\nForbidden\n"u8
            .ToArray();

    private readonly GroupFile _group = new(FileTree.OfHost, name);

    /// <summary>Passes a connection on, or refuses it before anything of it is read.</summary>
    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket && MayUse(socket))
        {
            await next(connection);
            return;
        }

        await connection.Transport.Output.WriteAsync(s_refusal);
        await connection.Transport.Output.CompleteAsync();
    }

    private bool MayUse(Socket socket) =>
        PeerCredentials.Of(socket) is { } peer && (peer.UserId == 0 || (_group.Number is { } group && peer.HasGroup(socket, group)));
}
