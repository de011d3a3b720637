using PluginHost.Server.Buffers;
using PluginHost.Server.Connections;

namespace PluginHost.Server.Transports.Tls;

internal sealed partial class TlsLayer
{
    private SendQueue? _waiting;
    private bool _rawWanted;
    private bool _connectionWaits;
    private bool _endAfterWaiting;
    private bool _shutDown;
    private bool _broken;

    /// <inheritdoc/>
    public override long Send(ReadOnlySpan<Segment> segments)
    {
        if (_stage == Stage.Plain) return Channel.SendRaw(segments);
        var taken = 0L;
        if (_stage != Stage.Open)
        {
            // A refusal before there is anybody to read it.
            foreach (var segment in segments) taken += segment.Length;
            return taken;
        }
        // What is encrypted cannot be taken back: no more of it than one buffer waits, the rest stays with the connection, which bounds it.
        if (_waiting is not null) return _broken ? -1 : 0;
        foreach (var segment in segments)
        {
            for (var at = 0; at < segment.Length;)
            {
                var count = Math.Min(TlsBuffers.RecordSize, segment.Length - at);
                _stream.Write(segment.Array, segment.Start + at, count);
                at += count;
                taken += count;
                if (_buffers.Used < TlsBuffers.SendFrom) continue;
                Flush();
                if (_waiting is not null || _broken) return _broken ? -1 : taken;
            }
        }
        Flush();
        return _broken ? -1 : taken;
    }

    /// <inheritdoc/>
    public override void WantWritable(SendQueue waiting)
    {
        if (_stage == Stage.Plain)
        {
            Channel.WantRawWritable(waiting);
            return;
        }
        _connectionWaits = true;
    }

    /// <inheritdoc/>
    public override void Writable(long alreadySent)
    {
        if (_stage == Stage.Plain)
        {
            Channel.Connection.Writable(alreadySent);
            return;
        }
        _rawWanted = false;
        if (_waiting is not null)
        {
            _waiting.Advance(alreadySent);
            SendWaiting();
            if (_waiting is not null && !_broken) return;
        }
        if (_endAfterWaiting)
        {
            _endAfterWaiting = false;
            Channel.EndRawOutput();
        }
        if (!_connectionWaits) return;
        _connectionWaits = false;
        Channel.Connection.Writable(0);
    }

    /// <inheritdoc/>
    public override void EndOutput()
    {
        if (_stage == Stage.Open) ShutDown();
        if (_waiting is null) Channel.EndRawOutput();
        else _endAfterWaiting = true;
    }

    /// <inheritdoc/>
    public override void Close(bool reset)
    {
        if (_stage == Stage.Closed) return;
        if (_stage == Stage.Open && !reset) ShutDown();
        _stage = Stage.Closed;
        GiveUpWaiting();
        _stream.Dispose();
        ReturnParked();
        if (!_rawWanted) _waiting?.Clear(); // otherwise the transport may still be sending from it
        _waiting = null;
    }

    /// <summary>Whatever waits for input ends, so that nothing is held by it.</summary>
    private void GiveUpWaiting()
    {
        if (!_isReading && _handshake is null) return;
        _pipe.Discard();
        _pipe.End();
        _pipe.Supply();
        _buffers.Clear(); // an alert that nobody reads
        _ = _handshake?.Exception;
        if (!_isReading || !_reading.IsCompleted) return;
        _isReading = false;
        try
        {
            _reading.GetAwaiter().GetResult();
        }
        catch (Exception exception) when (IsOfThePeer(exception))
        {
            // It was cut short here.
        }
    }

    /// <summary>Tells the peer that nothing more comes (RFC 8446 §6.1).</summary>
    private void ShutDown()
    {
        if (_shutDown || _broken) return;
        _shutDown = true;
        try
        {
            _stream.ShutdownAsync().GetAwaiter().GetResult(); // writes to memory only
        }
        catch (Exception exception) when (IsOfThePeer(exception) || exception is InvalidOperationException)
        {
            Log(LogLevel.Debug, $"the encrypted stream could not be ended in order: {Innermost(exception)}");
        }
        Flush();
    }

    /// <summary>Gathers encrypted bytes.</summary>
    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_waiting is null && _buffers.TryAppend(bytes)) return;
        Flush();
        if (_waiting is null && _buffers.TryAppend(bytes)) return;
        (_waiting ??= new SendQueue(PinnedPool.Shared)).Append(bytes);
        WantRaw();
    }

    /// <summary>Sends what was gathered.</summary>
    private void Flush()
    {
        if (_buffers.Used == 0) return;
        var gathered = _buffers.Gathered;
        _buffers.Clear();
        if (_broken) return;
        var sent = _waiting is null ? Channel.SendRaw([gathered]) : 0;
        if (sent < 0) _broken = true;
        else if (sent < gathered.Length)
        {
            (_waiting ??= new SendQueue(PinnedPool.Shared)).Append(gathered.Span[(int)sent..]);
            WantRaw();
        }
    }

    private void SendWaiting()
    {
        var segments = new Segment[8];
        while (_waiting is { Length: > 0 } waiting)
        {
            var count = waiting.Peek(segments);
            var all = 0L;
            foreach (var segment in segments.AsSpan(0, count)) all += segment.Length;
            var sent = Channel.SendRaw(segments.AsSpan(0, count));
            if (sent < 0)
            {
                _broken = true;
                return;
            }
            waiting.Advance(sent);
            if (sent < all)
            {
                WantRaw();
                return;
            }
        }
        _waiting = null;
    }

    private void WantRaw()
    {
        if (_rawWanted) return;
        _rawWanted = true;
        Channel.WantRawWritable(_waiting!);
    }
}
