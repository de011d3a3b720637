using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PluginHost.Abstractions;
using PluginHost.Abstractions.Hosting;

namespace PluginHost.Testing;

/// <summary>
/// What holds for every handler that is right. Each property is tried with generated cases, with the engine itself; where one fails, the case is shrunk and
/// printed as <c>connect --play</c> reads it, with what replays it. They throw a <see cref="PropertyFailedException"/>, so any framework for tests will do.
/// </summary>
public static class HandlerProperties
{
    /// <summary>The time on the test's clock that calls have to end once all has been said.</summary>
    private static readonly TimeSpan s_afterwards = TimeSpan.FromMinutes(1);

    private const int StopSteps = 60;

    /// <summary>How long it is waited, in real time, for calls that may as well wait for the clock.</summary>
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(20);

    /// <summary>Plugins that a connection moves between.</summary>
    private const int Instances = 2;

    /// <summary>
    /// The same messages are answered with the same, whether they come in one piece or many, in one frame or many, with pings between, compressed or not, one after
    /// the other or all at once, and in any order across connections.
    /// </summary>
    /// <param name="handler">The handler, with samples.</param>
    public static void AnswersDoNotDependOnTransport(HandlerUnderTest handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var cases = Gen.Choose(1, 3).SelectMany(count => Conversations.Like(handler.Samples).Generator.ListOf(count)).Zip(Gen.Choose(0, int.MaxValue - 1));
        Trials.Run(
            nameof(AnswersDoNotDependOnTransport), handler, cases.Select(pair => new Crossing([.. pair.Item1], pair.Item2)), Crossing.Shrink, crossing => crossing.ToString(),
            async crossing =>
            {
                var expected = await PlayAsync(handler, crossing, isPlain: true).ConfigureAwait(false);
                var actual = await PlayAsync(handler, crossing, isPlain: false).ConfigureAwait(false);
                return Enumerable.Range(0, expected.Length).Where(i => expected[i] != actual[i])
                    .Select(i => $"connection {i + 1} is answered with\n{actual[i]}\ninstead of\n{expected[i]}").FirstOrDefault();
            });
    }

    /// <summary>Whatever a client sends, the handler does not throw, and no call of it hangs. It may close the connection with a code of its own.</summary>
    /// <param name="handler">The handler; with samples, what is sent is closer to what it understands.</param>
    public static void JunkIsNoFault(HandlerUnderTest handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var junk = Conversations.Junk(handler.Samples);
        Trials.Run(nameof(JunkIsNoFault), handler, junk.Generator, Conversations.Shrink, conversation => conversation.ToString(), async conversation =>
        {
            var host = await handler.StartAsync().ConfigureAwait(false);
            try
            {
                var connection = await host.OpenAsync(RequestOf(handler, compression: false)).ConfigureAwait(false);
                foreach (var step in conversation.Steps)
                {
                    connection.Say(step);
                    if (!await SettlesAsync(host, handler, [connection]).ConfigureAwait(false)) return Stuck(handler, connection);
                    if (connection.Fault is { } fault) return fault.ToString();
                    if (connection.IsOver) break;
                }
                if (!connection.IsOver) await connection.CloseAsync(1000, "").ConfigureAwait(false);
                await EndAsync(host, [connection]).ConfigureAwait(false);
                return connection.Fault?.ToString();
            }
            finally
            {
                if (!handler.Keeps(host)) await host.DisposeAsync().ConfigureAwait(false);
            }
        });
    }

    /// <summary>
    /// Stopped at any step, as by SIGTERM, the handler ends in time: every call completes without being cut off, the connection is closed, the handler is told, and
    /// nothing throws.
    /// </summary>
    /// <param name="handler">The handler, with samples.</param>
    public static void StopsCleanly(HandlerUnderTest handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (handler.Host is not null) throw new ArgumentException("A host that all cases share cannot be stopped by each.", nameof(handler));
        var cases = Conversations.Like(handler.Samples).Generator.SelectMany(conversation => Gen.Choose(0, conversation.Steps.Count), (conversation, count) => new Conversation(conversation.Steps.Take(count)));
        Trials.Run(nameof(StopsCleanly), handler, cases, Conversations.Shrink, conversation => conversation.ToString(), async conversation =>
        {
            await using var host = await handler.StartAsync().ConfigureAwait(false);
            var connection = await host.OpenAsync(RequestOf(handler, compression: false)).ConfigureAwait(false);
            foreach (var step in conversation.Steps)
            {
                connection.Say(step);
                if (!await SettlesAsync(host, handler, [connection]).ConfigureAwait(false)) return Stuck(handler, connection);
            }
            if (connection.IsOver) return connection.Fault?.ToString();
            var stopped = host.BeginStop(handler.StopTime);
            // At the end of the time what is left would be cut off.
            for (var left = StopSteps; left > 1 && !await EndsAsync(host, connection).ConfigureAwait(false); left--) host.Clock.Advance(handler.StopTime / StopSteps);
            if (connection.Fault is { } fault) return fault.ToString();
            if (!connection.IsFinished)
                return $"when its {handler.StopTime.TotalSeconds} s to stop are over, {(connection.CallsInFlight == 1 ? "1 call is" : $"{connection.CallsInFlight} calls are")} in flight, and the connection is {(connection.IsOver ? "closed" : "open")}";
            return null;
        });
    }

    /// <summary>A pure handler answers the same events with the same commands, whichever instance is asked: it depends on nothing but what it is given.</summary>
    /// <param name="handler">The handler, with samples.</param>
    public static void IsDeterministic(HandlerUnderTest handler) => Replays(nameof(IsDeterministic), handler, (recording, create, _) => recording.Replay(create, _ => false));

    /// <summary>
    /// A pure handler that saves its state goes on from it as if nothing had happened, whichever instance restores it: between any two events, and between all.
    /// What it wants done while it restores is not compared.
    /// </summary>
    /// <param name="handler">The handler, with samples.</param>
    public static void SavesAtEveryStep(HandlerUnderTest handler) => Replays(nameof(SavesAtEveryStep), handler, (recording, create, seed) =>
        recording.Replay(create, _ => true) ?? recording.Replay(create, step => step == seed % Math.Max(1, recording.Steps.Count)));

    private static void Replays(string property, HandlerUnderTest handler, Func<Recording, Func<PureRun>, int, string?> fault)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (handler.Create is not { } make) throw new ArgumentException("The property needs plugins that it makes.", nameof(handler));
        var cases = Conversations.Like(handler.Samples).Generator.Zip(Gen.Choose(0, int.MaxValue - 1)).Select(pair => new Crossing([pair.Item1], pair.Item2));
        Trials.Run(property, handler, cases, Crossing.Shrink, crossing => crossing.ToString(), async crossing =>
        {
            var recorded = new RecordedPlugin(make());
            await using (var host = await TestHost.StartAsync(recorded, handler.Settings).ConfigureAwait(false))
            {
                var connection = await host.OpenAsync(RequestOf(handler, compression: false)).ConfigureAwait(false);
                foreach (var step in crossing.Conversations[0].Steps) connection.Say(step);
                if (connection.Fault is { } thrown) return thrown.ToString();
            }
            if (recorded.Recordings.Count == 0) throw new ArgumentException($"The handler of \"{handler.Subprotocol}\" is not a pure handler.", nameof(handler));
            var hosts = new List<TestHost>();
            try
            {
                return fault(recorded.Recordings[0], () => NewRun(handler, make(), hosts), crossing.Seed);
            }
            finally
            {
                foreach (var host in hosts.Distinct()) await host.DisposeAsync().ConfigureAwait(false);
            }
        });
    }

    /// <summary>A run of one of several plugins that have been started and have no connection, in turn.</summary>
    private static PureRun NewRun(HandlerUnderTest handler, Plugin plugin, List<TestHost> hosts)
    {
        if (hosts.Count < Instances) hosts.Add(TestHost.StartAsync(plugin, handler.Settings).GetAwaiter().GetResult());
        else hosts.Add(hosts[^Instances]);
        var description = hosts[^1].Server.Prepared.Plugins.Handlers[handler.Subprotocol].Description;
        return description.Tier.Match(
            create => create(),
            _ => throw new InvalidOperationException("It is a session handler."),
            _ => throw new InvalidOperationException("It is an inline handler."));
    }

    private static async Task<string[]> PlayAsync(HandlerUnderTest handler, Crossing crossing, bool isPlain)
    {
        await using var host = await handler.StartAsync().ConfigureAwait(false);
        var chance = new Random(crossing.Seed);
        var connections = new List<TestConnection>();
        foreach (var _ in crossing.Conversations)
            connections.Add(await host.OpenAsync(RequestOf(handler, chance.Next(2) == 0 && !isPlain)).ConfigureAwait(false));
        // Time passes for all connections: where it does, who says what before it is the same.
        var keepsOrder = handler.ConnectionsInteract || crossing.Waits;
        var order = crossing.Order(new Random(crossing.Seed), inTurn: isPlain && !keepsOrder);
        foreach (var (connection, step) in order)
        {
            if (isPlain)
            {
                connections[connection].Say(step);
                await SettleAsync(host, handler, connections).ConfigureAwait(false);
                continue;
            }
            var cutting = new Cutting(chance);
            if (step.Kind is ClientStepKind.Wait or ClientStepKind.Close) await SettleAsync(host, handler, connections).ConfigureAwait(false);
            connections[connection].Say(step, cutting);
            if (keepsOrder || !cutting.Hurries()) await SettleAsync(host, handler, connections).ConfigureAwait(false);
        }
        await SettleAsync(host, handler, connections).ConfigureAwait(false);
        await EndAsync(host, connections).ConfigureAwait(false);
        var description = host.Server.Prepared.Plugins.Handlers[handler.Subprotocol].Description;
        return [.. connections.Select(connection => Answers(connection, inOrder: description.MaxOverlappingCalls == 0))];
    }

    private static async Task SettleAsync(TestHost host, HandlerUnderTest handler, List<TestConnection> connections)
    {
        if (await SettlesAsync(host, handler, connections).ConfigureAwait(false)) return;
        throw new ExpectationException("A call of the handler has neither completed nor overlapped.");
    }

    /// <summary>All calls complete or overlap. Where they wait for others, which may wait for the clock, time passes.</summary>
    private static async Task<bool> SettlesAsync(TestHost host, HandlerUnderTest handler, List<TestConnection> connections)
    {
        bool IsSettled() => connections.TrueForAll(connection => connection.IsSettled);
        for (var left = s_afterwards; left > TimeSpan.Zero; left -= s_afterwards / 60)
        {
            if (await host.TryUntilAsync(IsSettled, s_moment).ConfigureAwait(false)) return true;
            if (connections.Exists(connection => connection.CallsInFlight > 1)) host.Clock.Advance(s_afterwards / 60);
            else break;
        }
        return await host.TryUntilAsync(IsSettled, handler.Settings.Patience).ConfigureAwait(false);
    }

    /// <summary>Lets calls that overlap complete, whatever they wait for on the clock.</summary>
    private static async Task EndAsync(TestHost host, IReadOnlyList<TestConnection> connections)
    {
        for (var passed = TimeSpan.Zero; passed < s_afterwards && connections.Any(connection => connection.CallsInFlight > 0); passed += s_afterwards / 60)
        {
            if (await host.TryUntilAsync(() => connections.All(connection => connection.IsIdle), s_moment).ConfigureAwait(false)) break;
            host.Clock.Advance(s_afterwards / 60);
        }
    }

    /// <summary>It ends at this time. Only calls that are in flight can bring that about without the clock.</summary>
    private static async Task<bool> EndsAsync(TestHost host, TestConnection connection)
    {
        await host.TryUntilAsync(() => connection.IsFinished || connection.IsIdle, s_moment).ConfigureAwait(false);
        return connection.IsFinished || (connection.IsOver && await host.TryUntilAsync(() => connection.IsFinished, s_moment).ConfigureAwait(false));
    }

    private static string Answers(TestConnection connection, bool inOrder)
    {
        var all = new List<string>();
        while (connection.TryTake() is { } message)
            all.Add((message.IsText ? ClientStep.Text(Encoding.UTF8.GetString(message.Bytes)) : ClientStep.Binary(message.Bytes)).ToString());
        if (!inOrder) all.Sort(StringComparer.Ordinal);
        if (connection.Wire.Close is { } close) all.Add(ClientStep.Close(close.Code, close.Reason).ToString());
        if (connection.Fault is { } fault) all.Add(fault.ToString());
        return all.Count == 0 ? "(nothing)" : string.Join('\n', all);
    }

    private static TestRequest RequestOf(HandlerUnderTest handler, bool compression) => new(handler.Subprotocol) { Path = handler.Path, Compression = compression };

    private static string Stuck(HandlerUnderTest handler, TestConnection connection) =>
        $"a call has neither completed nor overlapped within {handler.Settings.Patience.TotalSeconds} s, while nothing else happened; {connection.CallsInFlight} in flight";

    /// <summary>Conversations at the same time, and what their way depends on.</summary>
    private sealed record Crossing(Conversation[] Conversations, int Seed)
    {
        /// <summary>Time passes in it.</summary>
        public bool Waits => Conversations.Any(conversation => conversation.Steps.Any(step => step.Kind == ClientStepKind.Wait));

        public static IEnumerable<Crossing> Shrink(Crossing crossing)
        {
            if (crossing.Conversations.Length > 1)
                for (var i = 0; i < crossing.Conversations.Length; i++)
                    yield return crossing with { Conversations = [.. crossing.Conversations.Where((_, at) => at != i)] };
            for (var i = 0; i < crossing.Conversations.Length; i++)
                foreach (var smaller in Testing.Conversations.Shrink(crossing.Conversations[i]))
                    yield return crossing with { Conversations = [.. crossing.Conversations[..i], smaller, .. crossing.Conversations[(i + 1)..]] };
        }

        /// <summary>Who says what next.</summary>
        public IEnumerable<(int Connection, ClientStep Step)> Order(Random chance, bool inTurn)
        {
            var next = new int[Conversations.Length];
            while (true)
            {
                int[] left = [.. Enumerable.Range(0, next.Length).Where(i => next[i] < Conversations[i].Steps.Count)];
                if (left.Length == 0) yield break;
                var who = inTurn ? left[0] : left[chance.Next(left.Length)];
                yield return (who, Conversations[who].Steps[next[who]++]);
            }
        }

        public override string ToString() => string.Join("\n\n", Conversations.Select(conversation => conversation.ToString()));
    }
}
