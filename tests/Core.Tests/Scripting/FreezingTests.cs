using PluginHost.Core.Scripting.Values;
using static PluginHost.Core.Tests.Scripting.Builtin;

namespace PluginHost.Core.Tests.Scripting;

/// <summary>Values that outlive an evaluation are never changed by a later one.</summary>
public sealed class FreezingTests
{
    private static ScriptObject Nested() => ScriptObject.Create(
        [new("list", Array(Number(1), Array(Number(2)))), new("o", ScriptValue.Of(ScriptObject.Create([new("x", Number(1))])))]);

    [Fact]
    public void A_frozen_value_cannot_be_changed()
    {
        Assert.Throws<InvalidOperationException>(() => Nested().Set("x", default));
        Assert.Throws<InvalidOperationException>(() => Nested()["list"].AsArray()!.Add(default));
        Assert.Throws<InvalidOperationException>(() => ScriptValue.Empty.AsObject()!.Set("x", default));
    }

    [Fact]
    public void A_thawed_copy_changes_alone_at_every_depth()
    {
        var original = Nested();
        var copy = (ScriptObject)original.Thaw();

        copy["list"].AsArray()![1].AsArray()!.Add(Number(3));
        copy["list"].AsArray()!.RemoveAt(0);
        copy["o"].AsObject()!.Set("x", Number(2));
        copy.Set("more", Number(9));

        Assert.Equal("{list: [[2, 3]], o: {x: 2}, more: 9}", ScriptValue.Of(copy).ToString());
        Assert.Equal("{list: [1, [2]], o: {x: 1}}", ScriptValue.Of(original).ToString());
    }

    [Fact]
    public void Two_names_for_one_thing_stay_so()
    {
        var copy = (ScriptObject)Nested().Thaw();
        var (first, second) = (copy["o"], copy["o"]);
        first.AsObject()!.Set("x", Number(5));
        Assert.Equal(5, second.AsObject()!["x"].AsInteger());
    }

    [Fact]
    public void Members_of_an_array_thaw_too()
    {
        var array = new ScriptArray();
        array.SetMember("x", Array(Number(1)));
        Assert.Null(Freezer.Freeze(ScriptValue.Of(array)));
        var copy = (ScriptArray)array.Thaw();
        copy.Member("x").AsArray()!.Add(Number(2));
        copy.SetMember("y", Number(1));
        Assert.Equal(1, array.Member("x").AsArray()!.Count);
        Assert.Equal(2, copy.Member("x").AsArray()!.Count);
        Assert.True(array.Member("y").IsNull);
    }

    [Fact]
    public void Many_members_are_found_after_changes_on_both_sides()
    {
        var original = ScriptObject.Create(Enumerable.Range(0, 20).Select(i => KeyValuePair.Create($"m{i}", Number(i))));
        var copy = (ScriptObject)original.Thaw();
        Assert.True(copy.Remove("m3"));
        Assert.False(copy.Remove("m3"));
        copy.Set("new", Number(1));
        Assert.Equal(19, copy["m19"].AsInteger());
        Assert.Equal(1, copy["new"].AsInteger());
        Assert.False(copy.Contains("m3"));
        Assert.True(original.Contains("m3"));
        Assert.False(original.Contains("new"));
    }

    [Fact]
    public void What_cannot_be_kept()
    {
        var cycle = new ScriptArray();
        cycle.Add(ScriptValue.Of(cycle));
        Assert.Equal("a value that contains itself cannot be kept", Freezer.Freeze(ScriptValue.Of(cycle)));

        var holder = new ScriptArray();
        holder.Add(ScriptValue.Of(Function("array.size")));
        Assert.Equal("a function cannot be kept", Freezer.Freeze(ScriptValue.Of(holder)));
    }

    [Theory]
    [InlineData(400, true)]
    [InlineData(600, false)]
    public void Depth_is_bounded(int depth, bool kept)
    {
        var value = ScriptValue.Of(new ScriptArray());
        for (var i = 0; i < depth; i++)
        {
            var outer = new ScriptArray();
            outer.Add(value);
            value = ScriptValue.Of(outer);
        }
        Assert.Equal(kept, Freezer.Freeze(value) is null);
    }

    [Fact]
    public void Sizes_add_up_and_shared_parts_count_each_time_without_overflow()
    {
        Assert.Equal(56 + 3 * 16, Array(Number(1), Number(2), default).AsArray()!.FrozenSize);
        Assert.Equal(56 + 16 + 24 + 2 * 3, Array(Text("abc")).AsArray()!.FrozenSize);
        var value = Array();
        for (var i = 0; i < 80; i++) value = Array(value, value);
        Assert.Equal(long.MaxValue, value.AsArray()!.FrozenSize);
    }
}
