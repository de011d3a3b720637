using PluginHost.Abstractions;

namespace PluginName1;

/// <summary>One connection. Its calls come one after the other, until one overlaps.</summary>
public sealed class PluginName1Handler(Session session) : SessionHandler
{
    private int _messages;

    public override async ValueTask OnTextAsync(OwnedMessage message, Call call)
    {
        var number = ++_messages; // the call has the turn: fields are safe
        await call.OverlapAsync(); // from here on the next call may run beside this one
        await Task.Delay(TimeSpan.FromSeconds(1), session.Context.Time, call.Cancellation);
        session.SendText($"{number}: {message}");
    }

    public override ValueTask OnBinaryAsync(OwnedMessage message, Call call) => throw new CloseConnectionException(CloseCodes.UnsupportedData, "text only");
}
