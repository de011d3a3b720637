using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Server.Connections;

/// <summary>The opening handshake of a connection, until it is over.</summary>
/// <param name="connection">The connection.</param>
/// <param name="service">Decides on it.</param>
/// <param name="account">Where it is counted until it is over; <see langword="null"/> where nobody counts.</param>
internal sealed class OpeningHandshake(Connection connection, IHandshakeService service, AddressAccount? account)
{
    private bool _isCounted = account is not null;
    private byte[]? _reply;
    private CancellationTokenSource? _abandoned;

    /// <summary>Its place among the handshakes in progress.</summary>
    public LinkedListNode<Connection>? Waiting { get; private set; } = account?.BeginHandshake(connection);

    /// <summary>The key that its handler has given it, until it is accepted.</summary>
    public KeyClaim? Claim { get; set; }

    /// <summary>Cancelled when nobody waits for the decision any more.</summary>
    public CancellationToken Abandoned => (_abandoned ??= new CancellationTokenSource()).Token;

    /// <summary>The head is complete.</summary>
    public void Decide(ReadOnlySpan<byte> head) => service.Decide(connection, head);

    /// <summary>The service accepts.</summary>
    public void Accept(AcceptedHandshake accepted)
    {
        if (!connection.State.IsConnecting) return;
        var isNested = connection.IsInTurn;
        if (!isNested) connection.BeginTurn();
        _reply = accepted.Reply;
        connection.Serve(accepted);
        if (!isNested) EndTurn();
    }

    /// <summary>The service refuses.</summary>
    public void Refuse(Rejection rejection)
    {
        if (!connection.State.IsConnecting) return;
        var isNested = connection.IsInTurn;
        if (!isNested) connection.BeginTurn();
        if (rejection.Reason is not (RejectionReason.PlainHttp or RejectionReason.Unwritable)) LogRefusal(rejection);
        _reply = rejection.ToBytes();
        connection.Apply(Transitions.Refuse(connection.Settings, connection.State, rejection.Status, connection.Loop.Now), [], 0);
        if (!isNested) EndTurn();
    }

    /// <summary>The answer is given out.</summary>
    /// <param name="action">What the core has decided.</param>
    /// <param name="head">What the peer has sent.</param>
    public void Answer(ConnectionAction action, ReadOnlySpan<byte> head)
    {
        if (action.HeadFault == HeadFault.BadMethod) LogSpeech(head);
        connection.Outbox.WriteBytes(action.Status == 0 ? _reply : Refusal(action));
        _reply = null;
        connection.Loop.Counters.Answered(action.Status == 0 ? 101 : action.Status);
        EndCounting();
        if (action.Status != 0)
        {
            Abandon();
            Claim?.Release();
            Claim = null;
        }
        else if (_abandoned is null) connection.Opening = null; // otherwise the end of the connection is still to be told
    }

    /// <summary>Nobody waits for the decision any more.</summary>
    private void Abandon()
    {
        if (_abandoned is not { } abandoned) return;
        _abandoned = null;
        PoolCancellation.Cancel(abandoned, connection.Loop.Log);
    }

    /// <summary>Another address gets its place among the handshakes in progress, as its own has more than any other.</summary>
    public void Displaced()
    {
        if (!_isCounted) return;
        var loop = connection.Loop;
        loop.Counters.RefusedHandshakes++;
        loop.Log.Peers.Note(LogLevel.Warning, connection.Peer, "given up: its address has the most of the handshakes in progress, and others need a place (limits.pendingHandshakes)", loop.Now);
        connection.Abort();
    }

    /// <summary>The stream is closed.</summary>
    public void Close()
    {
        if (_isCounted) connection.Loop.Counters.Abandoned++;
        EndCounting();
        Abandon();
        Claim?.Release();
    }

    /// <summary>It is over, well or not: it counts no longer.</summary>
    private void EndCounting()
    {
        if (!_isCounted) return;
        _isCounted = false;
        connection.Accounting.Account!.EndHandshake(Waiting);
        Waiting = null;
    }

    private void EndTurn()
    {
        connection.FinishTurn();
        connection.Resume();
    }

    private byte[] Refusal(ConnectionAction action)
    {
        if (_reply is not null) return _reply;
        if (action.HeadFault != HeadFault.None) return Rejection.Of(action.HeadFault).ToBytes();
        return Rejection.Of(action.Status == 408 ? RejectionReason.Timeout : RejectionReason.Unavailable).ToBytes();
    }

    /// <summary>The peer speaks another protocol: most often somebody's configuration is wrong, so it is worth a line.</summary>
    private void LogSpeech(ReadOnlySpan<byte> head)
    {
        var speech = FirstBytes.Guess(head);
        if (speech is Speech.Tls or Speech.Proxy)
            connection.Loop.Log.Peers.Note(LogLevel.Information, connection.Peer, FirstBytes.OnPlainListener(speech), connection.Loop.Now);
    }

    // The kind is the reason's own text: a handler's may differ each time.
    private void LogRefusal(Rejection rejection)
    {
        var log = connection.Loop.Log;
        if (!log.IsEnabled(LogLevel.Information)) return;
        var kind = rejection.Reason == RejectionReason.Handler ? "by the handler" : Rejection.Of(rejection.Reason).Explanation;
        var detail = rejection.Explanation == kind ? "" : $": {rejection.Explanation}";
        log.Peers.Note(LogLevel.Information, connection.Peer, $"refused with {rejection.Status}: {kind}", connection.Loop.Now, detail);
    }
}
