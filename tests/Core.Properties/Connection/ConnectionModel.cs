namespace PluginHost.Core.Properties.Connection;

/// <summary>
/// What a connection should do, told a second time: as a mutable object that thinks in messages and moments, and knows nothing of bytes,
/// tables or the machine's state. Each method returns what is to be performed, in the words of the test's driver.
/// </summary>
internal sealed class ConnectionModel(
    bool server, int handshake, int assembly, int interval, int pong, int close, int fragments, int stall, decimal perMillisecond, int burst)
{
    private enum Stage { Head, Deciding, Refused, Open, Closing, Failed, PeerClosed, Over }

    private Stage _stage = Stage.Head;
    private bool _told;
    private string? _incoming; // the message that the peer has begun, as "Text 41"
    private int _frames;
    private bool _sendingFragments;
    private bool _pinged;
    private long? _timer = handshake;
    private long? _assembly;
    private long? _stall;
    private int _pongsWaiting;
    private decimal _controlFrames = burst;
    private long _lastTopUp;

    public string Phase => _stage switch
    {
        Stage.Head => "Connecting",
        Stage.Closing => "CloseSent",
        Stage.PeerClosed => "CloseReceived",
        Stage.Over => "Closed",
        _ => _stage.ToString(),
    };

    public long? NextDeadline => new[] { _timer, _assembly, _stall }.Min();

    private bool Listening => _stage is Stage.Open or Stage.Closing;

    public string[] Head(bool good, int length, long now)
    {
        if (_stage != Stage.Head) return [];
        if (!good) return server ? Refusal("400 BadMethod", now) : Gone("ResetStream");
        _stage = Stage.Deciding;
        return [$"decide {length}"];
    }

    public string[] Accept(long now)
    {
        if (_stage != Stage.Deciding) return [];
        _stage = Stage.Open;
        Alive(now);
        return server ? ["reply accepted"] : [];
    }

    public string[] Refuse(int status, long now) =>
        _stage is not (Stage.Head or Stage.Deciding) ? [] : server ? Refusal($"{status} None", now) : Gone("ResetStream");

    /// <summary>A frame that may start a message: the message's words, and whether it ends it.</summary>
    public string[] Data(string words, bool fin, long now)
    {
        if (!Listening) return [];
        Alive(now);
        if (_incoming is not null) return Fail("ExpectedContinuation", 1002, now);
        return Part(words, fin, now);
    }

    public string[] More(string hex, bool fin, long now)
    {
        if (!Listening) return [];
        Alive(now);
        if (_incoming is null) return Fail("UnexpectedContinuation", 1002, now);
        return _frames == fragments ? Fail("TooManyFragments", 1008, now) : Part(_incoming + hex, fin, now);
    }

    public string[] Ping(string hex, long now)
    {
        if (!Listening) return [];
        Alive(now);
        if (!Pay(now)) return Fail("TooManyControlFrames", 1008, now);
        if (_stage != Stage.Open) return [];
        if (_pongsWaiting == 16) return Fail("PongsNotRead", 1008, now);
        if (_stall is not null) _pongsWaiting++;
        return [$"pong back {hex}"];
    }

    public string[] Pong(string hex, long now)
    {
        if (!Listening) return [];
        Alive(now);
        return Pay(now) ? [$"pong {hex}"] : Fail("TooManyControlFrames", 1008, now);
    }

    /// <summary>The stream takes no more, after it took some or none.</summary>
    public string[] Blocks(bool progressed, long now)
    {
        if (_stage != Stage.Over && (progressed || _stall is null)) _stall = now + stall;
        return [];
    }

    public string[] Flows()
    {
        (_stall, _pongsWaiting) = (null, 0);
        return [];
    }

    public string[] PeerCloses(int code, string reason, long now)
    {
        if (!Listening) return [];
        List<string> done = [];
        if (_stage == Stage.Open) done.Add($"send close {code}");
        if (server) done.Add("EndOutput");
        done.Add($"closed {code} None {reason}".TrimEnd());
        if (_stage == Stage.Open) _timer = now + close;
        (_stage, _told, _assembly) = (Stage.PeerClosed, true, null);
        return [.. done];
    }

    public string[] Broken(string violation, int code, long now) => Listening ? Fail(violation, code, now) : [];

    public string[] InputEnds() => Gone("CloseStream");

    public string[] Breaks() => Gone("ResetStream");

    public string[] Tick(long now)
    {
        if (NextDeadline is null || now < NextDeadline) return [];
        if (_stall <= now) return Gone("ResetStream");
        if (_assembly <= now) return Fail("MessageTooSlow", 1008, now);
        switch (_stage)
        {
            case Stage.Head: return server ? Refusal("408 None", now) : Gone("ResetStream");
            case Stage.Deciding: return server ? Refusal("503 None", now) : Gone("ResetStream");
            case Stage.Open when _pinged: return Fail("PongTimeout", 1008, now);
            case Stage.Open:
                (_pinged, _timer) = (true, now + pong);
                return ["SendPing"];
            default: return Gone("ResetStream");
        }
    }

    public string[] Send(string opcode, bool fin, int length)
    {
        var control = opcode is "Ping" or "Pong";
        if (_stage != Stage.Open || (control && (!fin || length > 125))) return [];
        if (!control && (opcode == "Continuation") != _sendingFragments) return [];
        if (!control) _sendingFragments = !fin;
        return [$"send {opcode} {fin} {length}"];
    }

    public string[] Close(int code, bool validOnWire, long now)
    {
        if (_stage != Stage.Open || !(validOnWire || code == 1005)) return [];
        (_stage, _timer, _sendingFragments) = (Stage.Closing, now + close, false);
        return [$"send close {code}"];
    }

    private void Alive(long now)
    {
        if (_stage != Stage.Open) return;
        (_pinged, _timer) = (false, interval > 0 ? now + interval : null);
    }

    private bool Pay(long now)
    {
        _controlFrames = Math.Min(burst, _controlFrames + ((now - _lastTopUp) * perMillisecond));
        _lastTopUp = now;
        if (_controlFrames < 1) return false;
        _controlFrames--;
        return true;
    }

    private string[] Part(string words, bool fin, long now)
    {
        if (fin)
        {
            (_incoming, _frames, _assembly) = (null, 0, null);
            return [words];
        }
        (_incoming, _frames) = (words, _frames + 1);
        _assembly ??= now + assembly;
        return [];
    }

    private string[] Fail(string violation, int code, long now)
    {
        string[] close1 = _stage == Stage.Open ? [$"send close {code}"] : [];
        if (_stage == Stage.Open) _timer = now + close;
        (_stage, _told, _assembly) = (Stage.Failed, true, null);
        return [.. close1, "EndOutput", $"closed 1006 {violation}"];
    }

    private string[] Refusal(string what, long now)
    {
        (_stage, _timer) = (Stage.Refused, now + close);
        return [$"reply {what}", "EndOutput"];
    }

    private string[] Gone(string how)
    {
        if (_stage == Stage.Over) return [];
        string[] closed = Listening && !_told ? ["closed 1006 None"] : [];
        (_stage, _timer, _assembly, _stall) = (Stage.Over, null, null, null);
        return [.. closed, how];
    }
}
