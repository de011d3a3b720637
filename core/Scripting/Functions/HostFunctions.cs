using System.Collections.Frozen;
using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>What a script has done by the host, and includes: functions that stand on their own.</summary>
internal static class HostFunctions
{
    private const int LongestReason = 123;

    private static readonly FrozenDictionary<string, ScriptValue> All = new[]
    {
        new BuiltinFunction("send", "text", call => call.Command(new ScriptCommand.Send(call.Kept(call.Text(0))))),
        new BuiltinFunction("send_json", "value", call => call.Command(new ScriptCommand.Send(Json.Write(call.Run, call[0])))),
        new BuiltinFunction("send_binary", "base64", call => call.Command(new ScriptCommand.SendBinary(call.FromBase64(0)))),
        new BuiltinFunction("close", "code? reason?", Close),
        new BuiltinFunction("log", "text", call => call.Command(new ScriptCommand.Log(call.Kept(call.Text(0))))),
        new BuiltinFunction("timer", "delay?", Timer),
        new BuiltinFunction("include", "name args...", Include),
        new BuiltinFunction("include_join", "names separator begin? end?", IncludeJoin),
    }.Concat(TopicFunctions.All).ToFrozenDictionary(f => f.Name, ScriptValue.Of);

    /// <summary>The function of that name; null where there is none.</summary>
    public static ScriptValue Find(string name) => All.TryGetValue(name, out var value) ? value : default;

    /// <summary>Asks for something; the value of such a call is null.</summary>
    public static ScriptValue Command(this in Call call, ScriptCommand command)
    {
        call.Run.AddCommand(command);
        return default;
    }

    /// <summary>A text that a command keeps. It is charged.</summary>
    public static string Kept(this in Call call, string text)
    {
        call.Run.ChargeText(text.Length);
        return text;
    }

    /// <summary>The bytes of a Base64 text.</summary>
    public static ReadOnlyMemory<byte> FromBase64(this in Call call, int index)
    {
        var text = call.Text(index);
        call.Run.Charge(text.Length);
        var bytes = new byte[text.Length / 4 * 3 + 3];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes.AsMemory(0, length) : throw call.Fail("the text is not Base64");
    }

    // RFC 6455 §7.4: what an application may send; 1010 is for clients.
    private static ScriptValue Close(Call call)
    {
        var code = call.IntegerOrNull(0) ?? 1000;
        if (code is not (1000 or 1001 or 1003 or (>= 1007 and <= 1009) or (>= 1011 and <= 1014) or (>= 3000 and <= 4999)))
            throw call.Fail($"{code} is no close code that may be sent");
        var reason = call.Text(1);
        if (System.Text.Encoding.UTF8.GetByteCount(reason) > LongestReason) throw call.Fail("a close reason has at most 123 bytes");
        return call.Command(new ScriptCommand.Close((int)code, call.Kept(reason)));
    }

    // Seconds or a time span; nothing stops it.
    private static ScriptValue Timer(Call call)
    {
        if (call[0].IsNull) return call.Command(new ScriptCommand.Timer(null));
        var seconds = call[0].AsTimeSpan()?.TotalSeconds ?? call.Double(0);
        return seconds is >= 0.001 and <= 86400
            ? call.Command(new ScriptCommand.Timer(TimeSpan.FromSeconds(seconds)))
            : throw call.Fail("a delay is from 0.001 to 86400 seconds");
    }

    private static ScriptValue Include(Call call)
    {
        var start = call.Run.Output.Length;
        call.Run.Include(call.Text(0), call.Rest(1));
        return call.Run.TakeOutput(start);
    }

    private static ScriptValue IncludeJoin(Call call)
    {
        var run = call.Run;
        var names = call.List(0);
        var start = run.Output.Length;
        for (var i = 0L; i < names.Count; i++)
        {
            if (i > 0) Part(call, 1);
            run.Include(ValueText.Of(run, names[i]), default);
        }
        var all = run.TakeOutput(start);
        if (all.AsString()!.Length == 0) return all;
        Part(call, 2);
        run.Output.Append(all.AsString());
        Part(call, 3);
        run.CheckOutput();
        return run.TakeOutput(start);
    }

    // A separator may be a template itself: `tpl:name`.
    private static void Part(Call call, int index)
    {
        var text = call.Text(index);
        if (text.StartsWith("tpl:", StringComparison.Ordinal)) call.Run.Include(text[4..], default);
        else call.Run.Output.Append(text);
        call.Run.CheckOutput();
    }
}
