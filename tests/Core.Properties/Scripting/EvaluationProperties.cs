using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PluginHost.Core.Scripting;
using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Scripting;

[Properties(Arbitrary = [typeof(ScriptGen), typeof(ValueGen)], MaxTest = 500)]
public sealed class EvaluationProperties
{
    private static readonly DateTimeOffset Now = new(2024, 2, 29, 12, 0, 0, TimeSpan.Zero);

    private static readonly ScriptLimits Tight = new() { Steps = 2_000, Memory = 100_000, Depth = 10, Output = 5_000 };

    [Property]
    public void Evaluation_is_deterministic(GoodScript script, AnyState state, string? message)
    {
        var first = Evaluate(script.Text, state.Value, message, Tight, new ScriptWorkspace());
        var workspace = new ScriptWorkspace();
        Evaluate("{{ state.x = 1; y = 2; readonly y; func f; ret; end; foo 1 }}", state.Value, "other", Tight, workspace);
        var second = Evaluate(script.Text, state.Value, message, Tight, workspace);

        Assert.Equal(first.Reply, second.Reply);
        Assert.Equal(first.Error, second.Error);
        Assert.Equal(first.State.ToText(), second.State.ToText());
        Assert.Equal(first.Commands, second.Commands);
    }

    [Property]
    public void The_state_handed_in_is_never_changed(GoodScript script, AnyState state, string? message)
    {
        var before = state.Value.ToText();
        var changing = "{{ for p in state; p.value.a = 1; end; state.l[3] = {}; state.o.x = state.l; state.new = [1]; state.l.k = 2 }}" + script.Text;
        foreach (var text in new[] { script.Text, changing })
        {
            var result = Evaluate(text, state.Value, message, Tight, new ScriptWorkspace());
            Assert.Equal(before, state.Value.ToText());
            Assert.True(result.State.IsFrozen);
            if (result.Error is not null) Assert.Same(state.Value, result.State);
        }
    }

    [Property]
    public void Whatever_happens_the_limits_hold(BrokenScript script, AnyState state, string? message)
    {
        var result = Evaluate(script.Text, state.Value, message, Tight, new ScriptWorkspace());
        Assert.InRange(result.Reply?.Length ?? 0, 0, Tight.Output);
        if (result.Error is null) Assert.InRange(result.State.FrozenSize, 0, Math.Max(Tight.Memory, state.Value.FrozenSize));
        else Assert.NotEmpty(result.Error.Message);
    }

    [Property]
    public void A_printed_script_does_the_same(GoodScript script, AnyState state, string? message)
    {
        var printed = Script.Print(script.Text);
        var (first, second) = (
            Evaluate(script.Text, state.Value, message, Tight, new ScriptWorkspace()),
            Evaluate(printed, state.Value, message, Tight, new ScriptWorkspace()));
        Assert.Equal(first.Error is null, second.Error is null);
        Assert.Equal(first.Reply, second.Reply);
    }

    [Property]
    public void More_steps_give_the_same_or_go_further(GoodScript script, AnyState state)
    {
        var few = Evaluate(script.Text, state.Value, "m", Tight with { Steps = 50 }, new ScriptWorkspace());
        var many = Evaluate(script.Text, state.Value, "m", Tight, new ScriptWorkspace());
        if (few.Error is null || !few.Error.Message.EndsWith(" steps", StringComparison.Ordinal)) Assert.Equal(few.Error, many.Error);
        if (few.Error is null) Assert.Equal(few.Reply, many.Reply);
    }

    [Property]
    public void Json_that_is_written_is_read_as_it_was(AnyState state)
    {
        var run = new Run();
        run.Begin(ScriptLimits.Default, Now, 0, null);
        var value = ScriptValue.Of(state.Value);
        var text = Json.Write(run, value);
        Assert.Equal(text, Json.Write(run, Json.Read(run, text)!.Value));
        Assert.Equal(value.ToString(), Json.Read(run, text)!.Value.ToString());
        using var _ = System.Text.Json.JsonDocument.Parse(text);
    }

    private static ScriptResult Evaluate(string text, ScriptObject state, string? message, ScriptLimits limits, ScriptWorkspace workspace) =>
        Script.Parse("p.sbn", text).Match(
            script => script.Evaluate(
                new ScriptEvent(ScriptEventKind.Message, Now, 7) { IsText = true, Payload = Encoding.UTF8.GetBytes(message ?? "") },
                state, ScriptLibrary.Empty, limits, workspace),
            errors => new ScriptResult(state, null, [], errors[0]));
}

/// <summary>A state of any shape.</summary>
public sealed record AnyState(ScriptObject Value)
{
    public override string ToString() => Value.ToText();
}

public static class ValueGen
{
    public static Arbitrary<AnyState> States() => Arb.From(Gen.Sized(size => Object(Math.Min(size, 4))).Select(o => new AnyState(o)));

    internal static string ToText(this ScriptObject value) => ScriptValue.Of(value).ToString();

    private static Gen<ScriptObject> Object(int size) =>
        from count in Gen.Choose(0, 6)
        from names in Gen.Elements("l", "o", "x", "é", "a b", "", "n", "list").ArrayOf(count)
        from values in Value(size - 1).ArrayOf(count)
        select ScriptObject.Create(names.Zip(values, KeyValuePair.Create));

    private static Gen<ScriptValue> Value(int size)
    {
        var scalar = Gen.OneOf(
            Gen.Elements(ScriptValue.Null, ScriptValue.True, ScriptValue.False, ScriptValue.Of(long.MaxValue), ScriptValue.Of(0.1), ScriptValue.Of(1e300)),
            Gen.Choose(-1000, 1000).Select(n => ScriptValue.Of(n)),
            ArbMap.Default.GeneratorFor<string>().Select(s => ScriptValue.Of(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(s ?? "")))));
        return size <= 0
            ? scalar
            : Gen.Frequency(
                (3, scalar),
                (1, Object(size).Select(o => ScriptValue.Of(o))),
                (1, Value(size - 1).ArrayOf().Select(items => ScriptValue.Of(ScriptArray.Create(items.Take(5))))));
    }
}
