using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Terrace.Host.Http;

/// <summary>
/// The connections of a <see cref="WebServer"/>, of which there may be a few at once: a newcomer gets the place of the one that has asked
/// nothing for longest, so that connections that are only held open keep nobody from being answered. For any thread.
/// </summary>
internal sealed class WebPlaces(int most)
{
    private static readonly object s_asking = new();

    private readonly Lock _gate = new();

    // In the order of their coming.
    private readonly LinkedList<ConnectionContext> _connections = [];

    /// <summary>Serves a connection, if there is a place.</summary>
    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        LinkedListNode<ConnectionContext>? place = TryEnter(connection);
        if (place is null)
        {
            connection.Abort();
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            lock (_gate)
            {
                if (place.List is not null)
                {
                    _connections.Remove(place);
                }
            }
        }
    }

    /// <summary>Says whether a connection has asked something that is not answered yet.</summary>
    public void SetAsking(IFeatureCollection features, bool isAsking)
    {
        if (features.Get<IConnectionItemsFeature>()?.Items is not { } items)
        {
            return;
        }

        lock (_gate)
        {
            if (isAsking)
            {
                items[s_asking] = s_asking;
            }
            else
            {
                items.Remove(s_asking);
            }
        }
    }

    private LinkedListNode<ConnectionContext>? TryEnter(ConnectionContext connection)
    {
        lock (_gate)
        {
            if (_connections.Count >= most)
            {
                if (_connections.FirstOrDefault(other => !other.Items.ContainsKey(s_asking)) is not { } idle)
                {
                    return null;
                }

                _connections.Remove(idle);
                idle.Abort();
            }

            return _connections.AddLast(connection);
        }
    }
}
