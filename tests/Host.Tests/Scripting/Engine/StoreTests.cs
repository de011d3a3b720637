using System.Text;
using PluginHost.Core.Scripts;
using PluginHost.Server.Scripting.Engine;
using static PluginHost.Tests.Scripting.Engine.Rendering;

namespace PluginHost.Tests.Scripting.Engine;

/// <summary>What the connections of a script share.</summary>
public sealed class StoreTests
{
    private readonly StoreCell _store = new(ScriptStoreLimits.Default with { Keys = 3, KeyLength = 4, Value = 500, Size = 700 });

    private ScriptOutcome Do(string code, string message = "") =>
        Tell(Parse($"{{{{ {code} }}}}"), Event with { Payload = Encoding.UTF8.GetBytes(message) }, store: _store);

    private string? Reply(string code)
    {
        var outcome = Do(code);
        Assert.Null(outcome.Error?.Format());
        return outcome.Reply;
    }

    [Fact]
    public void What_one_evaluation_sets_the_next_one_finds()
    {
        Assert.Equal("none", Reply("store.get 'a' 'none'"));
        Assert.Null(Reply("store.set 'a' { b: [1, 'two'], at: now }"));
        Assert.Equal("two 2024 1", Reply("(store.get 'a').b[1]; ' '; (store.get 'a').at.year; ' '; store.size"));
        Assert.Equal("1 3 0.5", Reply("store.add 'n'; ' '; store.add 'n' 2; ' '; store.add 'n' (-2.5)"));
        Assert.Equal("a,n|n", Reply("store.keys | array.join ','; '|'; store.keys 'n' | array.join ','"));
        Assert.Equal("1 ", Reply("store.remove 'n'; store.set 'a' null; store.remove 'never'; 1; ' '; store.get 'a'"));
        Assert.Equal("0", Reply("store.size"));
    }

    [Fact]
    public void What_is_kept_shares_nothing_with_the_script()
    {
        Reply("list = [1]; store.set 'a' list; list[0] = 2; found = store.get 'a'; found[0] = 3");
        Assert.Equal("[1]", Reply("store.get 'a'"));
    }

    [Fact]
    public void An_evaluation_that_fails_leaves_it_as_it_was()
    {
        Reply("store.set 'a' 1");
        Assert.NotNull(Do("store.set 'a' 2; store.set 'b' 2; nobody.x").Error);
        Assert.Equal("1 1", Reply("store.get 'a'; ' '; store.size"));
    }

    [Theory]
    [InlineData("store.set 'abcde' 1", "`store.set`: a key has at most 4 characters")]
    [InlineData("store.set '' 1", "`store.set`: a key has at least one character")]
    [InlineData("for k in 1..4; store.set k 1; end", "`store.set`: the store holds 3 keys, and no more")]
    [InlineData("store.set 'a' ('x' * 300)", "`store.set`: a value in the store has at most 500 bytes, not 640")]
    [InlineData("for k in 1..3; store.set k ('x' * 100); end", "`store.set`: the store holds at most 700 bytes, not 726")]
    public void A_bound_is_an_error_with_its_place_that_the_script_is_not_to_blame_for(string code, string message)
    {
        var error = Do(code).Error!;
        Assert.Equal(message, error.Message);
        Assert.True(error.IsLimit);
        Assert.Equal((1, 4 + code.IndexOf("store", StringComparison.Ordinal)), (error.Line, error.Column));
        Assert.Equal("0", Reply("store.size"));
    }

    [Theory]
    [InlineData("func f; end; store.set 'a' @f", "the store: a function cannot be kept")]
    [InlineData("store.set 'a' 'text'; store.add 'a'", "`store.add`: a number is expected, not a text")]
    [InlineData("store.add 'a' 'text'", "`store.add`: a number is expected, not a text")]
    [InlineData("store.get = 1", "`get` cannot be set")]
    public void What_cannot_be_is_an_error(string code, string message) => Assert.Contains(message, Do(code).Error!.Message, StringComparison.Ordinal);

    [Fact]
    public void Threads_count_without_losing_any()
    {
        var count = Parse("{{ store.add 'n'; for i in 1..20; x = i; end }}");
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < 500; i++) Assert.Null(Tell(count, Event, store: _store).Error);
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        Assert.Equal("2000", Reply("store.get 'n'"));
    }
}
