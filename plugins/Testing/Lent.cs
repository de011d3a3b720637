using PluginHost.Abstractions;
using PluginHost.Abstractions.Hosting;

namespace PluginHost.Testing;

/// <summary>Tells a pure handler an event as the host does.</summary>
internal static class Lent
{
    /// <summary>Calls the handler. A message is lent to it, over memory that is overwritten when the call returns.</summary>
    /// <param name="e">What happens.</param>
    /// <param name="payload">The payload, where it is a message.</param>
    /// <param name="call">Calls it. What it returns must not refer to the message.</param>
    public static T During<T>(Event e, ReadOnlyMemory<byte> payload, Func<Event, T> call)
    {
        if (e.Kind is not (EventKind.Text or EventKind.Binary)) return call(e);
        var lease = new MessageLease();
        var memory = payload.ToArray();
        try
        {
            return call(Event.Received(lease.Lend(e.Kind == EventKind.Text ? MessageKind.Text : MessageKind.Binary, memory)).At(e.Time));
        }
        finally
        {
            lease.End();
            memory.AsSpan().Fill(0xDD);
        }
    }
}
