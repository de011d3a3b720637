using PluginHost.Core.Configuration;
using static PluginHost.Core.Tests.Configuration.Reading;

namespace PluginHost.Core.Tests.Configuration;

/// <summary>Every bound of every number, size (bytes) and duration (milliseconds) in the file, on both sides of it.</summary>
public class BoundTests
{
    private const string Table = """
        scripts.limits.wall 1ms 10000ms
        scripts.limits.steps 1 2147483647
        scripts.limits.memory 1024 1073741824
        scripts.limits.depth 1 1000
        scripts.limits.output 1 1073741824
        scripts.limits.regex 1ms 1000ms
        routes[].authentication.bearer.clockSkew 0ms 600000ms
        routes[].limits.message 1 1073741824
        routes[].limits.fragments 1 2147483647
        routes[].limits.assembly 1ms 86400000ms
        routes[].limits.sendQueue 1024 1073741824
        routes[].limits.sendQueueLow 0 1073741824
        routes[].limits.sendTimeout 1ms 86400000ms
        routes[].limits.controlFramesPerSecond 1 1000000
        routes[].limits.controlFrameBurst 1 1000000
        routes[].keepAlive.ping 1ms 86400000ms
        routes[].keepAlive.timeout 1ms 86400000ms
        routes[].keepAlive.close 1ms 86400000ms
        routes[].rates.messagesPerSecond 1 1000000
        routes[].rates.messageBurst 1 1000000
        routes[].rates.bytesPerSecond 1 1073741824
        routes[].rates.byteBurst 1 1073741824
        routes[].compression.serverWindowBits 9 15
        routes[].compression.clientWindowBits 8 15
        routes[].compression.level 1 9
        routes[].compression.threshold 0 1073741824
        authentication.concurrency 1 1024
        authentication.bearer.clockSkew 0ms 600000ms
        limits.connections 1 1000000
        limits.connectionsPerAddress 1 1000000
        limits.pendingHandshakes 1 1000000
        limits.requestLine 64 1048576
        limits.head 256 1048576
        limits.headers 8 10000
        limits.subprotocols 1 10000
        limits.handshake 1ms 86400000ms
        limits.message 1 1073741824
        limits.fragments 1 2147483647
        limits.assembly 1ms 86400000ms
        limits.sendQueue 1024 1073741824
        limits.sendQueueLow 0 1073741824
        limits.sendTimeout 1ms 86400000ms
        limits.controlFramesPerSecond 1 1000000
        limits.controlFrameBurst 1 1000000
        keepAlive.ping 1ms 86400000ms
        keepAlive.timeout 1ms 86400000ms
        keepAlive.close 1ms 86400000ms
        rates.messagesPerSecond 1 1000000
        rates.messageBurst 1 1000000
        rates.bytesPerSecond 1 1073741824
        rates.byteBurst 1 1073741824
        rates.addressMessagesPerSecond 1 1000000
        rates.addressMessageBurst 1 1000000
        rates.addressBytesPerSecond 1 1073741824
        rates.addressByteBurst 1 1073741824
        handlers.faults 1 100000
        handlers.faultSources 1 1000
        handlers.faultsPerAddress 1 1000000
        handlers.faultWindow 1ms 86400000ms
        handlers.quarantine 1ms 86400000ms
        handlers.slow 1ms 86400000ms
        handlers.threads 1 10000
        compression.serverWindowBits 9 15
        compression.clientWindowBits 8 15
        compression.level 1 9
        compression.threshold 0 1073741824
        shutdown.drain 0ms 86400000ms
        topics.subscriptionsPerConnection 0 1000000
        topics.count 0 100000000
        topics.length 1 65535
        topics.levels 1 128
        topics.historyLength 0 100000
        topics.historyBytes 0 1073741824
        topics.historyTotal 0 1073741824
        topics.memberInfo 0 65535
        topics.waitingBytes 1 1073741824
        topics.waitingMessages 1 10000000
        telemetry.interval 1000ms 3600000ms
        telemetry.timeout 100ms 300000ms
        """;

    private static readonly (string Key, string Least, string Most)[] Bounds =
        [.. Table.Split('\n').Select(line => line.Split(' ')).Select(parts => (parts[0], parts[1], parts[2].TrimEnd()))];

    public static TheoryData<string, string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string, string>();
            foreach (var (key, least, most) in Bounds) rows.Add(key, least, most);
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Both_bounds_are_accepted_and_what_lies_beyond_is_a_problem(string key, string least, string most)
    {
        Assert.True(Read(With(key, least)).IsRight, $"{key}: {least}");
        Assert.True(Read(With(key, most)).IsRight, $"{key}: {most}");
        foreach (var beyond in new[] { Moved(most, 1), Moved(least, -1) })
        {
            var problems = Problems(With(key, beyond)); // of what is too large for its neighbour too, two
            Assert.All(problems, problem => Assert.EndsWith("/" + key[(key.LastIndexOf('.') + 1)..], problem.Pointer, StringComparison.Ordinal));
            var message = beyond is ['-', .., 'm', 's'] ? "expected a duration" : " is not between ";
            Assert.Contains(problems, problem => problem.Message.Contains(message, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void No_bound_is_left_out() => Assert.Equal(
        KeysOf(ConfigurationKeys.Root, "").Order(StringComparer.Ordinal), Bounds.Select(one => one.Key).Order(StringComparer.Ordinal));

    private static IEnumerable<string> KeysOf(ConfigurationSection section, string prefix) => section.Keys.AsEnumerable().SelectMany(key => key.Type switch
    {
        KeyType.Whole or KeyType.Size or KeyType.Duration => [prefix + key.Name],
        KeyType.Section nested => KeysOf(nested.Keys, prefix + key.Name + "."),
        KeyType.ListOf { Item: KeyType.Section item } => KeysOf(item.Keys, prefix + key.Name + "[]."),
        KeyType.MapOf map => KeysOf(map.Value, prefix + key.Name + ".<id>."),
        _ => System.Array.Empty<string>(),
    });

    private static string Moved(string bound, int by) => bound.EndsWith("ms", StringComparison.Ordinal)
        ? $"{long.Parse(bound[..^2], System.Globalization.CultureInfo.InvariantCulture) + by}ms"
        : $"{long.Parse(bound, System.Globalization.CultureInfo.InvariantCulture) + by}";

    /// <summary>A file in which a key has a value, and beside it what other rules ask for.</summary>
    private static string With(string key, string value)
    {
        var path = key.Split('.');
        var json = $"{Beside(key)}\"{path[^1]}\": {(value.EndsWith("ms", StringComparison.Ordinal) ? $"\"{value}\"" : value)}";
        foreach (var section in path[..^1].Reverse())
        {
            var required = section switch
            {
                "routes[]" => "\"path\": \"/\", ",
                "bearer" => "\"keys\": [{ \"jwks\": \"k\" }], ",
                "telemetry" => "\"endpoint\": \"http://c\", ",
                _ => "",
            };
            json = section.EndsWith("[]", StringComparison.Ordinal) ? $"\"{section[..^2]}\": [{{ {required}{json} }}]" : $"\"{section}\": {{ {required}{json} }}";
        }
        return $"{{ {json} }}";
    }

    private static string Beside(string key) => key[(key.LastIndexOf('.') + 1)..] switch
    {
        "requestLine" => "\"head\": \"1MiB\", ",
        "sendQueueLow" => "\"sendQueue\": \"1GiB\", ",
        "messageBurst" => "\"messagesPerSecond\": 1, ",
        "byteBurst" => "\"bytesPerSecond\": 1, ",
        "addressMessageBurst" => "\"addressMessagesPerSecond\": 1, ",
        "addressByteBurst" => "\"addressBytesPerSecond\": 1, ",
        "concurrency" => "\"plugin\": \"p\", ",
        _ => "",
    };
}
