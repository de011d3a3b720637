using System.Collections.Immutable;
using PluginHost.Abstractions;
using PluginHost.Core.Policy.Topics;
using PluginHost.Server.Connections;

namespace PluginHost.Server.Topics;

/// <summary>Something that one server tells the others of a topic. All of it can be written down: no value of a type of this process is in it.</summary>
internal abstract record BackplaneMessage
{
    private BackplaneMessage(string topic, long server, long epoch, long number) => (Topic, Server, Epoch, Number) = (topic, server, epoch, number);

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The server that tells it; a number that no other has, and that it has anew each time it starts.</summary>
    public long Server { get; }

    /// <summary>The epoch of <see cref="Number"/>: larger each time the server begins to number again.</summary>
    public long Epoch { get; }

    /// <summary>From 1, one more each time, for each topic; publications and news are numbered apart.</summary>
    public long Number { get; }

    private protected abstract int Closed { get; }

    /// <summary>A publication.</summary>
    public sealed record Published(string Topic, long Server, long Epoch, long Number, TopicMessageKind Kind, ReadOnlyMemory<byte> Bytes, bool IsKept)
        : BackplaneMessage(Topic, Server, Epoch, Number)
    {
        private protected override int Closed => 0;
    }

    /// <summary>One of the server's members came or went.</summary>
    public sealed record News(string Topic, long Server, long Epoch, long Number, long Connection, string? Info)
        : BackplaneMessage(Topic, Server, Epoch, Number)
    {
        private protected override int Closed => 1;
    }

    /// <summary>All of the server's members; <see cref="BackplaneMessage.Number"/> is that of the last news.</summary>
    public sealed record Roster(string Topic, long Server, long Epoch, long Number, ImmutableArray<PresentMember> Members)
        : BackplaneMessage(Topic, Server, Epoch, Number)
    {
        private protected override int Closed => 2;
    }

    /// <summary>The server ends: all of its members are gone.</summary>
    public sealed record Farewell(long Server) : BackplaneMessage("", Server, 0, 0)
    {
        private protected override int Closed => 3;
    }
}

/// <summary>
/// What carries topics from one server to the others: a broker, seen from one server. It may lose, repeat and delay; what that does is put right or
/// marked by the receiver. Implementations call <see cref="TopicFabric.Receive(BackplaneMessage)"/> with what the others have told, from any thread, and
/// <see cref="TopicFabric.Announce"/> once connected and from time to time, so that who is there is known again after a loss.
/// </summary>
internal interface IBackplane
{
    /// <summary>Others share the topics. Where none do, nothing is numbered, kept or written down for them.</summary>
    bool IsShared { get; }

    /// <summary>Tells the others. From any thread, under a topic's lock: it queues and returns. Messages of one topic are given in their order.</summary>
    void Tell(BackplaneMessage message);
}

/// <summary>One server by itself.</summary>
internal sealed class NoBackplane : IBackplane
{
    /// <inheritdoc/>
    public bool IsShared => false;

    /// <inheritdoc/>
    public void Tell(BackplaneMessage message) { }
}
