namespace PluginHost.Abstractions;

/// <summary>
/// Closes the connection in whose call it is thrown, from any depth and in any tier: for input that the protocol does not allow. It counts as the client's, is
/// not logged as an error, and does not speak against the handler, unless the code is 1011.
/// </summary>
public sealed class CloseConnectionException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="code">A close code that <see cref="CloseCodes.MayBeSent"/>.</param>
    /// <param name="reason">Told to the client; cut at 123 bytes of UTF-8 (RFC 6455 §5.5).</param>
    /// <exception cref="ArgumentOutOfRangeException">The code may not be sent.</exception>
    public CloseConnectionException(int code, string reason) : base(reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        CloseCodes.CheckCode(code);
        Code = code;
        Reason = CloseCodes.Cut(reason);
    }

    /// <summary>The close code.</summary>
    public int Code { get; }

    /// <summary>The reason, at most 123 bytes of UTF-8.</summary>
    public string Reason { get; }
}
