using System.Text;
using BenchmarkDotNet.Attributes;
using PluginHost.Core.Scripting;
using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Benchmarks.Core;

/// <summary>One evaluation of a script: what it takes beside the frame that carried the message.</summary>
[MemoryDiagnoser]
public class ScriptBenchmarks
{
    private const string Typical = """
        {{# protocols: orders ~}}
        {{
        if json.type == "order"
          total = json.price * json.quantity
          if json.customer.vip
            total = total * 0.9
          end
          state.count = (state.count ?? 0) + 1
          send_json { type: "confirmation", id: json.id, customer: json.customer.name, total: total, number: state.count, tags: json.tags }
        else if json.type == "ping"
          send_json { type: "pong", id: json.id }
        else
          send_json { type: "error", message: $"unknown type {json.type}" }
        end
        }}
        """;

    private static readonly byte[] Order = Encoding.UTF8.GetBytes(
        """{"type":"order","id":"7f3c9a1e-52d8","customer":{"name":"Ada Lovelace","vip":true,"since":2019},"item":"analytical engine, brass","price":129.95,"quantity":3,"tags":["new","gift"],"note":"leave it at the door"}""");

    /// <summary>Bytes of the message.</summary>
    public static int OrderLength => Order.Length;

    private readonly ScriptWorkspace _workspace = new();
    private readonly Script _typical = Parse(Typical);
    private readonly Script _shout = Parse("{{# protocols: shout ~}}\n{{ message | string.upcase }}");
    private readonly ScriptObject _state = ScriptObject.Create([new("count", ScriptValue.Of(41))]);
    private readonly ScriptLibrary _library = ScriptLibrary.Empty;

    private readonly ScriptEvent _event =
        new(ScriptEventKind.Message, DateTimeOffset.UnixEpoch, 1) { IsText = true, Payload = Order };

    /// <summary>JSON of 200 bytes in, two branches, a state that changes, JSON out.</summary>
    [Benchmark]
    public ScriptResult Reply_to_JSON() => _typical.Evaluate(_event, _state, _library, ScriptLimits.Default, _workspace);

    /// <summary>The README's three lines.</summary>
    [Benchmark]
    public ScriptResult Shout() => _shout.Evaluate(_event, _state, _library, ScriptLimits.Default, _workspace);

    /// <summary>From text to a script.</summary>
    [Benchmark]
    public Script Parse_and_compile() => Parse(Typical);

    private static Script Parse(string text) => Script.Parse("bench.sbn", text).IfLeft(e => throw new InvalidOperationException(e[0].Format()));
}
