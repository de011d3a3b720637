namespace PluginHost.Server.Compression;

/// <summary>
/// What a loop's connections share of compression: streams that no message is using, and room for what is being compressed. A connection that keeps
/// no context holds nothing of its own between messages. Used by one loop only.
/// </summary>
internal sealed class DeflatePool : IDisposable
{
    private const int MaxIdleInflaters = 32;
    private const int MaxKept = 1 << 20;
    private const int MaxRemembered = 64 * 1024;

    private readonly Stack<Inflater>[] _inflaters = [.. Enumerable.Range(0, 16).Select(_ => new Stack<Inflater>())];
    private readonly Dictionary<(int Level, int WindowBits), Deflater> _deflaters = [];
    private byte[] _output = [];
    private byte[] _lastMessage = [];
    private (int Level, int WindowBits) _lastKind;
    private int _lastMessageLength = -1;
    private int _lastOutputLength;

    /// <summary>An inflater that remembers nothing.</summary>
    public Inflater RentInflater(int windowBits) => _inflaters[windowBits].TryPop(out var inflater) ? inflater : new Inflater(windowBits);

    /// <summary>Takes an inflater back.</summary>
    public void ReturnInflater(Inflater inflater, int windowBits)
    {
        if (_inflaters[windowBits].Count >= MaxIdleInflaters)
        {
            inflater.Dispose();
            return;
        }
        inflater.Reset();
        _inflaters[windowBits].Push(inflater);
    }

    /// <summary>Deflates a message that nothing before it and nothing after it has to do with. The same message as the one before, as when it goes to
    /// many, is not deflated again.</summary>
    /// <returns>Valid until the next call.</returns>
    public ReadOnlySpan<byte> Deflate(ReadOnlySpan<byte> message, int level, int windowBits)
    {
        if (_lastKind == (level, windowBits) && _lastMessageLength == message.Length && message.SequenceEqual(_lastMessage.AsSpan(0, message.Length)))
            return _output.AsSpan(0, _lastOutputLength);
        if (!_deflaters.TryGetValue((level, windowBits), out var deflater))
            _deflaters.Add((level, windowBits), deflater = new Deflater(level, windowBits));
        var output = Output(message.Length);
        _lastMessageLength = -1;
        _lastOutputLength = deflater.Deflate(message, output, keepWindow: false);
        Remember(message, (level, windowBits));
        return output.AsSpan(0, _lastOutputLength);
    }

    /// <summary>Deflates the next message of a connection that keeps its context.</summary>
    /// <returns>Valid until the next call.</returns>
    public ReadOnlySpan<byte> Deflate(ReadOnlySpan<byte> message, Deflater own)
    {
        _lastMessageLength = -1;
        var output = Output(message.Length);
        return output.AsSpan(0, own.Deflate(message, output, keepWindow: true));
    }

    public void Dispose()
    {
        foreach (var idle in _inflaters)
            while (idle.TryPop(out var inflater)) inflater.Dispose();
        foreach (var deflater in _deflaters.Values) deflater.Dispose();
        _deflaters.Clear();
    }

    private byte[] Output(int messageLength)
    {
        var needed = Deflater.Bound(messageLength);
        if (needed > MaxKept) return new byte[needed];
        if (_output.Length < needed) _output = new byte[Math.Min(MaxKept, Math.Max(needed, 2 * _output.Length))];
        return _output;
    }

    private void Remember(ReadOnlySpan<byte> message, (int, int) kind)
    {
        if (message.Length > MaxRemembered) return;
        if (_lastMessage.Length < message.Length) _lastMessage = new byte[Math.Max(message.Length, 4096)];
        message.CopyTo(_lastMessage);
        _lastMessageLength = message.Length;
        _lastKind = kind;
    }
}
