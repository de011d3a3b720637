using System.Text;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Server.Buffers;
using PluginHost.Server.Compression;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Connections;

/// <summary>
/// The pump of one connection: it holds the state of the core's machine, has the <see cref="Interpreter"/> do what that decides, and owns the turns, the timer and
/// how the stream ends. It knows no socket and is synchronous; its loop alone calls it, but for what says otherwise. All frames of one turn are answered by one
/// send. What it does not own is owned by its parts: <see cref="Inbox"/>, <see cref="Outbox"/>, <see cref="Opening"/>, <see cref="Handler"/>, <see cref="Accounting"/>.
/// </summary>
internal sealed class Connection : Timed
{
    private ConnectionState _state;
    private StreamEnd _end;
    private bool _isDirty;
    private bool _dropsNoted;

    /// <summary>A connection begins.</summary>
    /// <param name="loop">Its loop.</param>
    /// <param name="channel">The stream under it.</param>
    /// <param name="handshakes">Decides on its handshake.</param>
    /// <param name="settings">What holds until its route is known.</param>
    /// <param name="sendLimits">What holds until its route is known.</param>
    /// <param name="id">A number that no other has.</param>
    /// <param name="listener">Where it came in.</param>
    /// <param name="account">Where it is counted; it gives back its handshake and itself.</param>
    public Connection(
        Loop loop, Channel channel, IHandshakeService handshakes, ConnectionSettings settings, SendLimits sendLimits, long id, string listener,
        AddressAccount? account = null)
    {
        (Loop, Id, ListenerName, Channel, Settings) = (loop, id, listener, channel, settings);
        (Inbox, Outbox, Accounting) = (new Inbox(this), new Outbox(this, sendLimits), new Accounting(this, account));
        Opening = new OpeningHandshake(this, handshakes, account);
        _state = ConnectionState.Start(settings, loop.Now);
        channel.Connection = this;
        loop.Add(this);
    }

    /// <summary>The loop that owns the connection.</summary>
    public Loop Loop { get; }

    /// <summary>A number that no other connection of this process has.</summary>
    public long Id { get; }

    /// <summary>The listener that it came in on.</summary>
    public string ListenerName { get; }

    /// <summary>What logs call it before anybody is known.</summary>
    public string Peer => $"connection {Id} from {Channel.RemoteEndPoint}, listener {ListenerName}";

    /// <summary>The stream under it.</summary>
    public Channel Channel { get; }

    /// <summary>What has come in and is not delivered yet.</summary>
    public Inbox Inbox { get; }

    /// <summary>What goes out.</summary>
    public Outbox Outbox { get; }

    /// <summary>Where it is counted.</summary>
    public Accounting Accounting { get; }

    /// <summary>Its opening handshake; <see langword="null"/> once that is over.</summary>
    public OpeningHandshake? Opening { get; set; }

    /// <summary>What serves it; <see langword="null"/> before the handshake is accepted, and where it is closed right after it.</summary>
    public HandlerPort? Handler { get; private set; }

    /// <summary>What it is told about by; <see langword="null"/> before it is open, and where nobody looks.</summary>
    public ConnectionRecord? Record { get; private set; }

    /// <summary>What was agreed on about compression (RFC 7692), or <see langword="null"/>.</summary>
    public MessageDeflate? Deflate { get; private set; }

    /// <summary>Where the core's machine stands.</summary>
    public ref readonly ConnectionState State => ref _state;

    /// <summary>What holds for it.</summary>
    public ConnectionSettings Settings { get; private set; }

    /// <summary>The phase.</summary>
    public Phase Phase => _state.Phase;

    /// <summary>Where the sending half of the stream stands.</summary>
    public SendingHalf Half { get; set; }

    /// <summary>Why nothing is read from it just now.</summary>
    public ReadingHolds Holds { get; set; }

    /// <summary>A turn is in progress: what is sent is gathered until its end.</summary>
    public bool IsInTurn { get; private set; }

    /// <summary>The stream has been closed: the transport must not call any more.</summary>
    public bool IsOver => _end == StreamEnd.Over;

    /// <summary>No input is wanted now; <see cref="Channel.ResumeReading"/> says when it is again.</summary>
    public bool IsReadingPaused => (IsHeldByThisEnd || _state.Phase == Phase.Deciding || Outbox.IsFull) && !_state.Discarding;

    private bool IsHeldByThisEnd => Holds != ReadingHolds.None || Handler is { IsBusy: true };

    internal override long DueAt =>
        IsOver ? long.MaxValue : Math.Min(Math.Min(_state.NextDeadline, Handler?.DueAt ?? long.MaxValue), Accounting.DueAt);

    /// <summary>Bytes that wait to be sent.</summary>
    public long WaitingBytes => Outbox.WaitingBytes + Outbox.HeldBytes;

    /// <summary>Where the next bytes are to be received: a region of a pinned array, never empty while something is to be received.</summary>
    public Segment InputTarget() => Inbox.Target();

    /// <summary>Bytes have been received into <see cref="InputTarget"/>.</summary>
    /// <param name="target">The target.</param>
    /// <param name="count">Bytes received, 1 and above.</param>
    public void Receive(Segment target, int count) => Inbox.Receive(target, count);

    /// <summary>The peer has ended its half of the stream.</summary>
    public void InputEnded()
    {
        BeginTurn();
        Apply(Transitions.InputEnded(_state), [], 0);
        FinishTurn();
    }

    /// <summary>The stream broke, or is given up: ends the connection with a reset.</summary>
    public void Abort()
    {
        BeginTurn();
        Apply(Transitions.Abort(_state), [], 0);
        FinishTurn();
    }

    /// <summary>The stream takes bytes again.</summary>
    /// <param name="alreadySent">Bytes of the queue's front that the transport has sent itself.</param>
    public void Writable(long alreadySent)
    {
        if (Outbox.Writable(alreadySent)) FlushWaiting();
    }

    /// <summary>The handshake is complete and nobody has decided on it yet.</summary>
    public bool AwaitsDecision => !IsOver && _state.Phase == Phase.Deciding;

    /// <summary>Cancelled when nobody waits for the decision any more.</summary>
    public CancellationToken Abandoned => Opening?.Abandoned ?? new CancellationToken(canceled: true);

    /// <summary>The handshake service accepts.</summary>
    public void Accept(AcceptedHandshake accepted) => Opening?.Accept(accepted);

    /// <summary>The handshake service refuses.</summary>
    public void Refuse(Rejection rejection) => Opening?.Refuse(rejection);

    /// <summary>From here on it is what its route says. In a turn.</summary>
    public void Serve(AcceptedHandshake accepted)
    {
        Settings = accepted.Settings;
        Outbox.Accepted(accepted.Terms.SendLimits);
        Accounting.Accepted(accepted.Terms.Rates);
        if (accepted.Deflate is { } agreement) Deflate = new MessageDeflate(agreement, accepted.Compression, Loop.Deflate);
        var info = accepted.Info;
        if (accepted.Handler is { } served) Handler = new HandlerPort(this, served, info, Opening?.Claim);
        if (Opening is { } opening) opening.Claim = null;
        if (Loop.KeepsRecords) Record = new ConnectionRecord(info.Path, info.Subprotocol ?? "", info.User?.Name, Loop.Now);
        Apply(Transitions.Accept(Settings, _state, accepted.ExpiryAt(Loop.Now), Loop.Now), [], 0);
        if (accepted.CloseAfter) Close(CloseCode.ProtocolError, "");
        else Handler?.Open();
    }

    /// <summary>Starts the close handshake, if the connection is open.</summary>
    public void Close(CloseCode code, string reason)
    {
        if (_state.Phase != Phase.Open) return;
        if (Handler is { } handler) Outbox.SendPosted(handler.TakePostedFrames()); // sent before, by other threads
        Loop.CloseReason = reason;
        // In another connection's turn the frame goes to the queue, which is sent at the end of the loop's turn.
        Apply(Transitions.Close(Settings, _state, code, Encoding.UTF8.GetByteCount(reason), Loop.Now), [], 0);
        if (!IsInTurn) Loop.Timers.Update(this);
    }

    /// <summary>Fails the connection (RFC 6455 §7.1.7).</summary>
    public void Fail(ViolationKind violation) => Apply(Transitions.Fail(Settings, _state, violation, Loop.Now), [], 0);

    /// <summary>Something has come from the peer.</summary>
    public void Heard()
    {
        if (_state.Phase == Phase.Open) _state = Transitions.Heard(Settings, _state, Loop.Now);
    }

    /// <summary>Output waits because the stream takes no more just now.</summary>
    public void OutputWaits(bool progressed) => _state = Transitions.OutputWaits(Settings, _state, progressed, Loop.Now);

    /// <summary>So many pongs wait with the output.</summary>
    public void PongsLeft(int waiting)
    {
        if (_state.WaitingPongs != 0) _state = Transitions.PongsLeft(_state, waiting);
    }

    /// <summary>Nothing waits any more.</summary>
    public void OutputSent()
    {
        if (_state.WaitingPongs != 0 || _state.SendDeadline != ConnectionState.NoDeadline) _state = Transitions.OutputSent(_state);
    }

    /// <summary>One line for a connection, however much it loses.</summary>
    public void NoteDrops(string what)
    {
        if (_dropsNoted) return;
        _dropsNoted = true;
        Loop.Log.Write(LogLevel.Information, $"connection {Id}: {what}");
    }

    /// <summary>At the end of the loop's turn, output that stands in the queue is sent, and input that was left behind is read.</summary>
    public void MarkDirty()
    {
        if (_isDirty || IsOver) return;
        _isDirty = true;
        Loop.MarkDirty(this);
    }

    /// <summary>Sends what waits; at the end of a turn of the loop.</summary>
    public void FlushWaiting()
    {
        _isDirty = false;
        if (IsOver) return;
        BeginTurn();
        Outbox.SendWaiting();
        if (Outbox.TakeDrained()) Handler?.Drained();
        FinishTurn();
        Resume();
    }

    /// <summary>Ends the connection after a fault of this program, whatever state the fault has left behind. Throws nothing.</summary>
    public void Abandon()
    {
        try
        {
            Outbox.Abandon();
            BeginTurn();
            Apply(Transitions.Abort(_state), [], 0);
        }
        catch (Exception exception)
        {
            Loop.Log.Write(LogLevel.Error, $"connection {Id}: internal error, {ExceptionText.Describe(exception)}");
        }
        IsInTurn = false;
        End(StreamEnd.Resetting);
        CloseChannel();
    }

    /// <summary>What follows is sent together, at <see cref="FinishTurn"/>.</summary>
    public void BeginTurn()
    {
        IsInTurn = true;
        Loop.Output.MaxCopied = Outbox.Limits.Batch;
    }

    /// <summary>Sends what the turn has gathered, and does what it has left to be done.</summary>
    public void FinishTurn()
    {
        Outbox.Flush();
        if (Half == SendingHalf.Lost) Apply(Transitions.Abort(_state), [], 0);
        else if (Half == SendingHalf.TooSlow) Outbox.FailSlow();
        if (_end == StreamEnd.Closing) Outbox.SendWaiting();
        IsInTurn = false;
        Inbox.EndTurn();
        Outbox.EndTurn();
        Handler?.EndTurn();
        if (_end == StreamEnd.Open) Loop.Timers.Update(this);
        else CloseChannel();
    }

    /// <summary>Reads on after a pause: first what was left behind, then the stream.</summary>
    public void Resume()
    {
        if (IsOver || IsReadingPaused) return;
        if (Inbox.IsLeft)
        {
            Inbox.TakeLeft();
            if (IsOver || IsReadingPaused) return;
        }
        if (Inbox.IsLeft) Channel.ReadOn();
        else Channel.ResumeReading();
    }

    /// <summary>Goes on to the next state and does what the core has decided.</summary>
    /// <param name="transition">The core's decision.</param>
    /// <param name="buffer">The input that its actions refer to.</param>
    /// <param name="at">Where that begins.</param>
    public void Apply(Transition transition, byte[] buffer, int at)
    {
        _state = transition.State;
        Interpreter.Perform(new ServerEnd(this), transition.Actions, buffer, at);
    }

    /// <inheritdoc/>
    internal override void OnDue(long now)
    {
        try
        {
            if (IsOver) return;
            BeginTurn();
            if (_state.Phase == Phase.Open && (IsHeldByThisEnd || Inbox.IsLeft)) _state = Transitions.Unread(Settings, _state, now);
            if (now >= _state.NextDeadline) Apply(Transitions.Tick(Settings, _state, now), [], 0);
            Accounting.Due(now);
            Handler?.Due(now);
            FinishTurn();
            Resume();
        }
        catch (Exception exception)
        {
            Loop.Failed(this, exception);
        }
    }

    /// <summary>The stream ends with the turn in progress.</summary>
    public void End(StreamEnd end)
    {
        if (_end < end && !IsOver) _end = end;
    }

    private void CloseChannel()
    {
        if (IsOver) return;
        var isReset = _end == StreamEnd.Resetting;
        _end = StreamEnd.Over;
        Outbox.Close();
        Opening?.Close();
        Accounting.Close();
        Handler?.Close();
        Inbox.Close();
        Deflate?.Dispose();
        Deflate = null;
        Channel.Close(isReset);
        Loop.Remove(this);
    }
}
