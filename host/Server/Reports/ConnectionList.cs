using PluginHost.Server.Composition;
using PluginHost.Server.Connections;
using PluginHost.Server.Transports;

namespace PluginHost.Server.Reports;

/// <summary>One connection.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Address">The client's address; <see langword="null"/> where it has none.</param>
/// <param name="Listener">The listener that it came in on.</param>
/// <param name="Secure">It is encrypted.</param>
/// <param name="Path">The path of its request; <see langword="null"/> in its handshake.</param>
/// <param name="Subprotocol">What was agreed on; empty for none.</param>
/// <param name="User">The name of its user; <see langword="null"/> where nobody has asked who it is.</param>
/// <param name="Handler">What serves it.</param>
/// <param name="OpenSeconds">How long it has been open; <see langword="null"/> in its handshake.</param>
/// <param name="MessagesIn">Messages from the client.</param>
/// <param name="MessagesOut">Messages to the client.</param>
/// <param name="BytesIn">Bytes from the client since it is open.</param>
/// <param name="BytesOut">Bytes to the client since it is open.</param>
/// <param name="WaitingBytes">Bytes that wait to be sent.</param>
public sealed record ConnectionReport(
    long Id, string? Address, string Listener, bool Secure, string? Path, string? Subprotocol, string? User, string? Handler, double? OpenSeconds, long MessagesIn, long MessagesOut,
    long BytesIn, long BytesOut, long WaitingBytes);

/// <summary>A part of a list.</summary>
/// <param name="Total">How many there are in all.</param>
/// <param name="Items">Some of them.</param>
/// <param name="Next">What to ask for after these; <see langword="null"/> where there is no more.</param>
public sealed record ListPage<T>(int Total, IReadOnlyList<T> Items, string? Next);

/// <summary>
/// Lists connections a page at a time. What belongs to loops is asked of them by mail: each copies its references, the choice is made elsewhere, and each
/// describes those of its own that were chosen. However many connections there are, no loop is held up for long.
/// </summary>
internal static class ConnectionList
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Lists the connections with the smallest numbers above one.</summary>
    /// <param name="server">The server.</param>
    /// <param name="after">The number.</param>
    /// <param name="limit">How many at most.</param>
    /// <exception cref="TimeoutException">A loop does not answer.</exception>
    public static async Task<ListPage<ConnectionReport>> ReadAsync(WebSocketServer server, long after, int limit)
    {
        var copies = await Task.WhenAll(server.Loops.Select(loop => Ask(loop, () => loop.Connections.ToArray()))).WaitAsync(Patience).ConfigureAwait(false);
        var total = copies.Sum(copy => copy.Length);
        var chosen = copies.SelectMany(copy => copy).Where(connection => connection.Id > after).OrderBy(connection => connection.Id).Take(limit + 1).ToArray();
        var next = chosen.Length > limit ? chosen[limit - 1].Id.ToString(System.Globalization.CultureInfo.InvariantCulture) : null;
        var described = await Task.WhenAll(chosen.Take(limit).GroupBy(connection => connection.Loop)
            .Select(group => Ask(group.Key, () => group.Where(connection => !connection.IsOver).Select(Describe).ToArray()))).WaitAsync(Patience).ConfigureAwait(false);
        return new ListPage<ConnectionReport>(total, [.. described.SelectMany(connection => connection).OrderBy(connection => connection.Id)], next);
    }

    private static Task<T> Ask<T>(Loop loop, Func<T> question)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() =>
        {
            try
            {
                answer.SetResult(question());
            }
            catch (Exception exception)
            {
                answer.SetException(exception);
            }
        });
        return answer.Task;
    }

    private static ConnectionReport Describe(Connection connection)
    {
        var record = connection.Record;
        return new ConnectionReport(
            connection.Id, connection.Channel.RemoteEndPoint is System.Net.IPEndPoint ip ? ip.ToString() : null, connection.ListenerName, connection.Channel.IsSecure,
            record?.Path, record?.Subprotocol, record?.User, record is null ? null : connection.Handler?.Name ?? "",
            record is null ? null : Math.Max(0, connection.Loop.Now - record.Since) / 1000.0,
            record?.MessagesIn ?? 0, record?.MessagesOut ?? 0, record?.BytesIn ?? 0, record?.BytesOut ?? 0, connection.WaitingBytes);
    }
}
