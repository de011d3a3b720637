namespace PluginHost.Conformance.Wire;

/// <summary>Reads exact amounts from a stream through a buffer.</summary>
internal sealed class Input(Stream stream)
{
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;

    /// <summary>Fills <paramref name="destination"/>.</summary>
    /// <returns>False when the stream ended before the first byte.</returns>
    /// <exception cref="EndOfStreamException">The stream ended after the first byte and before the last.</exception>
    public async Task<bool> ReadAsync(Memory<byte> destination)
    {
        var wanted = destination.Length;
        while (!destination.IsEmpty)
        {
            if (_start == _end && !await FillAsync().ConfigureAwait(false))
                return destination.Length == wanted ? false : throw new EndOfStreamException("the stream ended within a frame");
            var taken = Math.Min(_end - _start, destination.Length);
            _buffer.AsMemory(_start, taken).CopyTo(destination);
            _start += taken;
            destination = destination[taken..];
        }
        return true;
    }

    /// <summary>An HTTP head with the empty line that ends it.</summary>
    public async Task<byte[]> ReadHeadAsync()
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 4 || !(head[^4] == '\r' && head[^3] == '\n' && head[^2] == '\r' && head[^1] == '\n'))
        {
            if (head.Count > _buffer.Length || !await ReadAsync(one).ConfigureAwait(false))
                throw new ProtocolFault("the server's head never ends");
            head.Add(one[0]);
        }
        return [.. head];
    }

    private async Task<bool> FillAsync()
    {
        _start = 0;
        _end = await stream.ReadAsync(_buffer).ConfigureAwait(false);
        return _end > 0;
    }
}

/// <summary>The server broke a rule; the message says which.</summary>
internal sealed class ProtocolFault(string message) : Exception(message);
