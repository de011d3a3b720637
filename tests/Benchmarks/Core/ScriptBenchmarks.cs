using System.Text;
using BenchmarkDotNet.Attributes;
using PluginHost.Core.Scripts;
using PluginHost.Server.Scripting.Engine;

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

    private readonly ScriptSetting _typical = Parse(Typical);
    private readonly ScriptSetting _shout = Parse("{{# protocols: shout ~}}\n{{ message | string.upcase }}");
    private readonly ScriptSetting _echo = Parse("{{# protocols: echo ~}}\n{{ message }}");
    private readonly ScriptState _state = ScriptDesk.Own.Handle(
        Parse("{{ state.count = 41 }}"), new ScriptEvent(ScriptEventKind.Message, DateTimeOffset.UnixEpoch, 1), ScriptState.Empty, ScriptData.Nothing, TimeProvider.System).State;

    private readonly ScriptEvent _event =
        new(ScriptEventKind.Message, DateTimeOffset.UnixEpoch, 1) { IsText = true, Payload = Order };

    /// <summary>JSON of 200 bytes in, two branches, a state that changes, JSON out.</summary>
    [Benchmark]
    public object Reply_to_JSON() => Evaluate(_typical);

    /// <summary>The README's three lines.</summary>
    [Benchmark]
    public object Shout() => Evaluate(_shout);

    /// <summary>The message itself.</summary>
    [Benchmark]
    public object Echo() => Evaluate(_echo);

    /// <summary>From text to a script.</summary>
    [Benchmark]
    public object Parse_and_compile() => Parse(Typical);

    private IReadOnlyList<ScriptCommand> Evaluate(ScriptSetting setting)
    {
        var outcome = ScriptDesk.Own.Handle(setting, _event, _state, ScriptData.Nothing, TimeProvider.System);
        return outcome.Error is null ? outcome.Commands : throw new InvalidOperationException(outcome.Error.Format());
    }

    private static ScriptSetting Parse(string text) => new(
        ScriptProgram.Compile("bench.sbn", text).IfLeft(e => throw new InvalidOperationException(e[0].Format())),
        new Dictionary<string, ScriptPart<ScriptProgram>>(), ScriptLimits.Default, TimeSpan.FromSeconds(10), ScriptData.Nothing,
        new StoreCell(ScriptStoreLimits.Default));
}
