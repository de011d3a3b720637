using LanguageExt;
using PluginHost.Core.Configuration;
using PluginHost.Core.Text;
using static PluginHost.Core.Tests.Configuration.Reading;

namespace PluginHost.Core.Tests.Configuration;

/// <summary>Every bound of every number, size (bytes) and duration (milliseconds) that a key declares, on both sides of it.</summary>
public class BoundTests
{
    public static TheoryData<string, string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string, string>();
            foreach (var (key, min, max) in BoundsOf(FileKeys.File.Declarations, "")) rows.Add(key, min, max);
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Both_bounds_are_accepted_and_what_lies_beyond_is_a_problem(string key, string min, string max)
    {
        Assert.True(Read(With(key, min)).IsRight, $"{key}: {min}");
        Assert.True(Read(With(key, max)).IsRight, $"{key}: {max}");
        foreach (var beyond in new[] { Moved(max, 1), Moved(min, -1) })
        {
            var problems = Problems(With(key, beyond)); // of what is too large for its neighbour too, two
            Assert.All(problems, problem => Assert.EndsWith("/" + key[(key.LastIndexOf('.') + 1)..], problem.Pointer, StringComparison.Ordinal));
            var message = beyond is ['-', .., 'm', 's'] ? "expected a duration" : " is not between ";
            Assert.Contains(problems, problem => problem.Message.Contains(message, StringComparison.Ordinal));
        }
    }

    private static IEnumerable<(string Key, string Min, string Max)> BoundsOf(Seq<Declaration> keys, string prefix) => keys.AsEnumerable().SelectMany(key =>
        key.Shape.Range.AsEnumerable().Select(range => (prefix + key.Name, Milliseconds(range.Min), Milliseconds(range.Max)))
            .Concat(BoundsOf(key.Shape.Keys, $"{prefix}{key.Name}{key.Shape.Suffix}.")));

    private static string Milliseconds(string bound) => Quantity.Duration(bound).Match(time => FormattableString.Invariant($"{time.TotalMilliseconds}ms"), _ => bound);

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
                "authentication" => "\"plugin\": \"p\", ",
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
        _ => "",
    };
}
