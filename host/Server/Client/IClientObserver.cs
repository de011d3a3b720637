using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Server.Client;

/// <summary>What the user of a <see cref="ClientConnection"/> is told.</summary>
public interface IClientObserver
{
    /// <summary>The server accepted.</summary>
    /// <param name="accepted">What was agreed on.</param>
    void Opened(AcceptedConnection accepted);

    /// <summary>The server refused, or its answer is none.</summary>
    /// <param name="fault">Why.</param>
    /// <param name="body">The first <see cref="RefusalText.MaxBody"/> bytes of the answer's body, as far as it has come; empty where the answer is no refusal.</param>
    void Refused(ClientFault fault, ReadOnlyMemory<byte> body);

    /// <summary>A whole message came.</summary>
    /// <param name="isText">Text, which is valid UTF-8, or binary.</param>
    /// <param name="payload">Its bytes; they are the observer's.</param>
    void Message(bool isText, byte[] payload);

    /// <summary>The connection that was open is over.</summary>
    /// <param name="code">1005 without a code, 1006 without a close frame.</param>
    /// <param name="reason">The server's reason; may be empty.</param>
    /// <param name="violation">The rule that the server broke, or <see langword="null"/>.</param>
    void Closed(CloseCode code, string reason, string? violation);
}
