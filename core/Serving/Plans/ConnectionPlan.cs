using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Connection;

namespace PluginHost.Core.Serving.Plans;

/// <summary>What a connection may do, and how long: the server's, or that of a route, which takes from the server's what it does not say.</summary>
/// <param name="Assembly">From the first to the last byte of a message.</param>
/// <param name="SendQueue">What may wait to be sent.</param>
/// <param name="ControlFrames">Pings and pongs from the peer.</param>
/// <param name="WaitingPongs">Pongs that may wait to be sent.</param>
/// <param name="KeepAlive">How dead peers are found.</param>
/// <param name="Rates">Messages and bytes from the peer.</param>
public sealed record ConnectionPlan(
    TimeSpan Assembly, SendQueuePlan SendQueue, TokenRate ControlFrames, int WaitingPongs, KeepAlivePlan KeepAlive, RatePolicy Rates);

/// <summary>What may wait to be sent on one connection.</summary>
/// <param name="High">Bytes from which on the queue is full.</param>
/// <param name="Low">Bytes at which a queue counts as drained; at most <paramref name="High"/>.</param>
/// <param name="Timeout">How long sending may make no progress.</param>
/// <param name="SlowConsumer">What a message gets that finds the queue full.</param>
public sealed record SendQueuePlan(int High, int Low, TimeSpan Timeout, SlowConsumerPolicy SlowConsumer);

/// <summary>How dead peers are found.</summary>
/// <param name="Ping">Silence after which a ping is sent.</param>
/// <param name="Timeout">How long the pong may take.</param>
/// <param name="Close">How long the close handshake may take in total.</param>
public sealed record KeepAlivePlan(TimeSpan Ping, TimeSpan Timeout, TimeSpan Close);

/// <summary>How handlers that misbehave are held off.</summary>
/// <param name="Quarantine">When a handler's handshakes are refused.</param>
/// <param name="FaultsPerAddress">Faults on the input of one address, within the window of quarantine, after which it is refused.</param>
/// <param name="Slow">How long a call may take before it is reported.</param>
/// <param name="Threads">Threads of the pool that the handlers of one kind may occupy at once.</param>
/// <param name="Shares">How the kinds share the threads of the pool.</param>
/// <param name="Waiting">What may wait for a session handler that is busy.</param>
/// <param name="Calls">Its calls in flight.</param>
public sealed record HandlersPlan(
    QuarantineSettings Quarantine, int FaultsPerAddress, TimeSpan Slow, int Threads, ThreadShares Shares, HandlerQueuePlan Waiting, HandlerCallsPlan Calls);

/// <summary>What may wait for a session handler that is busy; beyond that the connection is not read.</summary>
/// <param name="Messages">Messages of the peer.</param>
/// <param name="Bytes">Bytes of them.</param>
/// <param name="Topics">Messages and changes of presence of topics; what comes beyond is dropped.</param>
public sealed record HandlerQueuePlan(int Messages, int Bytes, int Topics);

/// <summary>Calls of session handlers in flight on one connection.</summary>
/// <param name="MaxOverlapping">How many may overlap, where the handler has declared that as many may.</param>
/// <param name="AfterClose">How long they have once their connection is over.</param>
/// <param name="Pieces">How long a message may take that a handler sends in pieces.</param>
public sealed record HandlerCallsPlan(int MaxOverlapping, TimeSpan AfterClose, TimeSpan Pieces);
