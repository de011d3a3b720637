using System.Runtime.Loader;
using PluginHost.Server.Scripting;
using PluginHost.Tests.Loading;

namespace PluginHost.Tests.Scripting;

/// <summary>Which values of plugins become JSON for scripts and their clients.</summary>
public sealed class ValueJsonTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Lists_lie_at_most_64_levels_deep_in_each_other()
    {
        object Nested(int levels) => Enumerable.Range(0, levels).Aggregate((object)1, (inner, _) => new List<object> { inner });
        Assert.NotNull(ValueJson.Write(Nested(64)));
        Assert.Null(ValueJson.Write(Nested(65)));
        var round = new List<object>();
        round.Add(round);
        Assert.Null(ValueJson.Write(round));
    }

    [Fact]
    public void A_value_is_at_most_a_mebibyte_and_what_is_longer_is_not_written_to_its_end()
    {
        Assert.NotNull(ValueJson.Write(new string('x', (1 << 20) - 2)));
        Assert.Null(ValueJson.Write(new string('x', (1 << 20) - 1)));
        var asked = 0;
        Assert.Null(ValueJson.Write(Enumerable.Range(0, 10_000_000).Select(i => asked = i)));
        Assert.InRange(asked, 100_000, 1_000_000);
    }

    [Fact]
    public void What_changes_while_it_is_written_is_no_value()
    {
        var list = new List<int>(Enumerable.Range(0, 10));
        Assert.Null(ValueJson.Write(list.Select(one =>
        {
            list.Add(one);
            return one;
        })));
    }

    /// <summary>It goes by where a type was loaded, not by what its assembly is called.</summary>
    [Fact]
    public void A_plugins_type_is_none_of_the_framework_whatever_it_is_called()
    {
        var file = PluginSource.CompileLibrary(_temp["System.Mine.dll"], "System.Mine", "public class Mine : List<int> { }");
        var context = new AssemblyLoadContext("test", isCollectible: true);
        using (var image = new MemoryStream(File.ReadAllBytes(file)))
            Assert.Null(ValueJson.Write(Activator.CreateInstance(context.LoadFromStream(image).GetType("Mine")!)!));
        context.Unload();
    }
}
