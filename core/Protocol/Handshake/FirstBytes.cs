namespace PluginHost.Core.Protocol.Handshake;

/// <summary>What a peer seems to speak, judged by the first bytes it sends.</summary>
public enum Speech
{
    /// <summary>TLS: a handshake record (RFC 8446 §5.1).</summary>
    Tls,

    /// <summary>HTTP: a method in capital letters (RFC 9110 §9.1).</summary>
    Http,

    /// <summary>A PROXY header, version 2, or a whole beginning of version 1.</summary>
    Proxy,

    /// <summary>None of these.</summary>
    Unknown,
}

/// <summary>Tells protocols apart, for messages and for clean ends; nothing is granted for it.</summary>
public static class FirstBytes
{
    /// <summary>Guesses.</summary>
    /// <param name="bytes">What has come so far, at least one byte for anything but <see cref="Speech.Unknown"/>.</param>
    public static Speech Guess(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [] => Speech.Unknown,
        [0x16, ..] => Speech.Tls,
        [0x0D, 0x0A, 0x0D, ..] => Speech.Proxy,
        [(byte)'P', (byte)'R', (byte)'O', (byte)'X', (byte)'Y', (byte)' ', ..] => Speech.Proxy,
        [>= (byte)'A' and <= (byte)'Z', ..] => Speech.Http,
        _ => Speech.Unknown,
    };

    /// <summary>One line about what came to a listener that speaks TLS.</summary>
    /// <param name="speech">Anything but <see cref="Speech.Tls"/>.</param>
    public static string OnTlsListener(Speech speech) => speech switch
    {
        Speech.Http => "plain HTTP was sent to a TLS listener; answered with 400 (the client's URL should begin with wss:// or https://)",
        Speech.Proxy => "a PROXY header was sent to a listener without \"proxyProtocol\"; closed",
        _ => "what was sent to a TLS listener is no TLS; closed",
    };

    /// <summary>One line about what came to a listener without TLS.</summary>
    /// <param name="speech">Anything but <see cref="Speech.Http"/>.</param>
    public static string OnPlainListener(Speech speech) => speech switch
    {
        Speech.Tls => "TLS was spoken to a listener without \"tls\"; closed (the client's URL should begin with ws:// or http://)",
        Speech.Proxy => "a PROXY header was sent to a listener without \"proxyProtocol\"; closed",
        _ => "what was sent is no HTTP; closed",
    };
}
