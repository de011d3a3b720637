using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Server.Buffers;
using PluginHost.Server.Connections;

namespace PluginHost.Server.Transports.Tls;

/// <summary>
/// TLS on a connection: the framework's <see cref="SslStream"/>, driven by the loop. It reads from memory and writes to memory, so whatever it awaits goes on
/// inside the loop's own calls: no thread of the pool takes part, one receive and one send of the system serve a wake-up, and any transport will do.
/// </summary>
internal sealed partial class TlsLayer : StreamLayer
{
    private readonly TlsListener _listener;
    private readonly TlsBuffers _buffers;
    private readonly TlsPipe _pipe;
    private readonly SslStream _stream;
    private Stage _stage;
    private Task? _handshake;
    private ValueTask<int> _reading;
    private bool _isReading;
    private bool _rawDrained;
    private byte[]? _parked;
    private string? _refusal;

    /// <summary>Begins.</summary>
    /// <param name="channel">The channel under it.</param>
    /// <param name="listener">Whose certificates are shown.</param>
    /// <param name="buffers">The loop's.</param>
    public TlsLayer(PulledChannel channel, TlsListener listener, TlsBuffers buffers) : base(channel)
    {
        _listener = listener;
        _buffers = buffers;
        _pipe = new TlsPipe(Append);
        _stream = new SslStream(_pipe, leaveInnerStreamOpen: true);
    }

    private enum Stage : byte
    {
        /// <summary>Nothing has come.</summary>
        Silent,

        /// <summary>The handshake is in progress.</summary>
        Handshake,

        /// <summary>It is done.</summary>
        Open,

        /// <summary>The peer speaks no TLS: the answer goes out in plain, what comes is not looked at.</summary>
        Plain,

        /// <summary>There will be no TLS: nothing goes out, what comes is not looked at.</summary>
        Failed,

        /// <summary>The stream is closed.</summary>
        Closed,
    }

    /// <inheritdoc/>
    public override bool IsSecure => _stage is Stage.Handshake or Stage.Open;

    /// <inheritdoc/>
    public override ClientCertificate? ClientCertificate => _stage == Stage.Open && _stream.RemoteCertificate is X509Certificate2 shown
        ? new ClientCertificate(
            shown.Subject,
            shown.Issuer,
            shown.GetCertHashString(HashAlgorithmName.SHA256),
            [.. CertificateNames.Of(shown).All],
            new DateTimeOffset(shown.NotAfter.ToUniversalTime(), TimeSpan.Zero))
        {
            CommonName = CertificateNames.CommonName(shown),
        }
        : null;

    /// <inheritdoc/>
    public override void BeginPull() => _rawDrained = false;

    /// <inheritdoc/>
    public override bool IsDrainedBy(int received, int asked) => _stage != Stage.Open && Channel.IsDrainedBy(received, asked);

    /// <inheritdoc/>
    public override void EndPull()
    {
        if (_stage == Stage.Closed || _pipe.IsEmpty)
        {
            ReturnParked();
            return;
        }
        if (_parked is not null) return;
        _parked = _pipe.Park();
    }

    /// <inheritdoc/>
    public override int Receive(Segment target)
    {
        while (_stage is Stage.Silent or Stage.Handshake or Stage.Open)
        {
            // What was fed to the stream may lie in it, decrypted or not. Only a read that waits says that there is nothing.
            if (_pipe.IsEmpty && !_pipe.IsEnded && (_isReading || _stage != Stage.Open))
            {
                var count = Fill();
                if (count is PulledChannel.WouldBlock or PulledChannel.StreamBroken) return count;
            }
            if (_stage == Stage.Open)
            {
                var count = Decrypt(target);
                if (count != PulledChannel.WouldBlock) return count;
                if (_pipe.IsEnded) return 0;
            }
            else if (!TryHandshake())
            {
                return 0;
            }
        }
        return Channel.TryReceive(target); // the connection discards it
    }

    /// <summary>What has come before this layer was there, such as what follows a PROXY header.</summary>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        _parked = PinnedPool.Shared.Rent(bytes.Length);
        bytes.CopyTo(_parked);
        _pipe.Stage(_parked, 0, bytes.Length);
    }

    private int Fill()
    {
        ReturnParked();
        if (_rawDrained) return PulledChannel.WouldBlock; // the short receive before has said so: another would be for nothing
        var target = new Segment(_buffers.Input, 0, _buffers.Input.Length);
        var count = Channel.TryReceive(target);
        if (count == 0) _pipe.End();
        if (count <= 0) return count;
        _rawDrained = Channel.IsDrainedBy(count, target.Length);
        _pipe.Stage(target.Array, 0, count);
        return count;
    }

    private void ReturnParked()
    {
        if (_parked is null) return;
        PinnedPool.Shared.Return(_parked);
        _parked = null;
    }

    private int Decrypt(Segment target)
    {
        try
        {
            // An empty read ends when something is decrypted, or at the end. Only then is the target handed over, so that it is never held while waiting.
            if (_isReading) _pipe.Supply();
            else _reading = _stream.ReadAsync(Memory<byte>.Empty, CancellationToken.None);
            _isReading = !_reading.IsCompleted;
            if (_isReading) return PulledChannel.WouldBlock;
            _reading.GetAwaiter().GetResult();
            var read = _stream.ReadAsync(target.Array.AsMemory(target.Start, target.Length), CancellationToken.None);
            if (!read.IsCompleted) throw new InvalidOperationException("A read of decrypted bytes has waited.");
            return read.GetAwaiter().GetResult();
        }
        catch (Exception exception) when (IsOfThePeer(exception))
        {
            _isReading = false;
            Log(LogLevel.Debug, $"the encrypted stream is broken: {Innermost(exception)}");
            return PulledChannel.StreamBroken;
        }
        finally
        {
            Flush(); // a change of keys is answered
        }
    }

    // ---- The handshake ----

    /// <summary>Goes on with the handshake.</summary>
    /// <returns>False when the peer has left.</returns>
    private bool TryHandshake()
    {
        if (_stage == Stage.Silent)
        {
            if (_pipe.IsEmpty) return false;
            var speech = FirstBytes.Guess(_pipe.Staged);
            if (speech != Speech.Tls)
            {
                Refuse(speech);
                return true;
            }
            _stage = Stage.Handshake;
            _handshake = _stream.AuthenticateAsServerAsync(Select, null, CancellationToken.None);
        }
        else
        {
            _pipe.Supply();
        }
        Flush();
        if (!_handshake!.IsCompleted) return !_pipe.IsEnded;
        if (_handshake.IsCompletedSuccessfully) _stage = Stage.Open;
        else Fail(_handshake.Exception!.InnerException!);
        _handshake = null;
        return _stage == Stage.Open || !_pipe.IsEnded;
    }

    private ValueTask<SslServerAuthenticationOptions> Select(
        SslStream stream, SslClientHelloInfo hello, object? state, CancellationToken cancellation) =>
        ValueTask.FromResult(_listener.Options(hello.ServerName, why => _refusal = why));

    private void Fail(Exception exception)
    {
        _stage = Stage.Failed;
        if (IsOfTheKey(exception)) Log(LogLevel.Error, $"the listener's certificate or its private key cannot be used: {Innermost(exception)}");
        else if (!_pipe.IsEnded || _refusal is not null) Log(LogLevel.Information, $"the TLS handshake failed: {_refusal ?? Innermost(exception)}");
        Channel.Connection.Refuse(Rejection.Of(RejectionReason.Unwritable));
    }

    private void Refuse(Speech speech)
    {
        _stage = speech == Speech.Http ? Stage.Plain : Stage.Failed;
        Log(LogLevel.Information, FirstBytes.OnTlsListener(speech));
        Channel.Connection.Refuse(Rejection.Of(RejectionReason.PlainHttp));
    }

    private void Log(LogLevel level, string what)
    {
        var connection = Channel.Connection;
        connection.Loop.Log.Peers.Note(level, connection.Peer, what, connection.Loop.Now);
    }

    // OpenSSL says "SSL routines" of what a peer has sent; what else fails is ours.
    private static bool IsOfTheKey(Exception exception) =>
        exception.GetBaseException() is CryptographicException own && !own.Message.Contains("SSL routines", StringComparison.Ordinal);

    private static bool IsOfThePeer(Exception exception) =>
        exception is IOException or AuthenticationException or CryptographicException or System.ComponentModel.Win32Exception or NotSupportedException;

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner) exception = inner;
        return exception.Message;
    }
}
