namespace PluginHost.Testing;

/// <summary>What a client asks for in its handshake.</summary>
public sealed class TestRequest
{
    /// <summary>A request.</summary>
    /// <param name="subprotocols">What it offers, the preferred one first.</param>
    public TestRequest(params string[] subprotocols) => Subprotocols = subprotocols;

    /// <summary>What it offers, the preferred one first.</summary>
    public IReadOnlyList<string> Subprotocols { get; }

    /// <summary>The path, with a query if there is one.</summary>
    public string Path { get; init; } = "/";

    /// <summary>More header fields.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>It offers permessage-deflate.</summary>
    public bool Compression { get; init; }

    /// <summary>The address that it seems to come from, such as <c>192.0.2.7:4000</c>.</summary>
    public string? RemoteAddress { get; init; }
}

/// <summary>The server has refused a handshake.</summary>
/// <param name="status">The status of its answer; 0 where there was none.</param>
/// <param name="answer">The answer.</param>
public sealed class HandshakeRefusedException(int status, string answer) : Exception(
    status == 0 ? "The server has refused the connection." : $"The server has refused the handshake with {status}:\n{answer}")
{
    /// <summary>The status of its answer; 0 where there was none.</summary>
    public int Status => status;

    /// <summary>The head and the body of its answer.</summary>
    public string Answer => answer;
}

/// <summary>Something else has happened than a test expects.</summary>
/// <param name="message">What was expected, and what has happened.</param>
public sealed class ExpectationException(string message) : Exception(message);
