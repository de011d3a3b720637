using System.Text;
using LanguageExt;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Configuration;

/// <summary>An object of the file together with its section of the table: reads values, and the table's default where the file has
/// none.</summary>
/// <param name="Value">The object; anything else reads like an object without keys (and has been reported).</param>
/// <param name="Section">Its keys.</param>
internal sealed record PlanScope(JsonTree Value, ConfigurationSection Section)
{
    /// <summary>The value as the file has it.</summary>
    public Option<JsonTree> Written(string name) => (Value as JsonTree.Object)?.Find(Section[name].Name) is { } found ? Some(found) : None;

    /// <summary>The value, or the default. None for a broken value, and for no value where there is no default.</summary>
    public Option<T> Read<T>(string name, Func<JsonTree, Option<T>> read) => Written(name).Match(read, () => Default(name).Bind(read));

    public Option<bool> Flag(string name) => Read(name, v => v is JsonTree.Flag f ? Some(f.Value) : None);

    public Option<string> Text(string name) => Read(name, v => v is JsonTree.Text t ? Some(t.Value) : None);

    /// <summary>Whether the value, or the default, is that text.</summary>
    public bool Says(string name, string text) => Text(name).Exists(written => written == text);

    public Option<Secret> Secret(string name) => Text(name).Bind(t => PluginHost.Core.Text.Secret.Parse(t).ToOption());

    public Option<TimeSpan> Duration(string name) => Read(name, v => Scalars.Duration(v).ToOption());

    public Option<int> Size(string name) => Read(name, v => Scalars.Size(v).ToOption().Bind(Fits));

    public Option<int> Whole(string name) => Read(name, v => Scalars.Whole(v).ToOption().Bind(Fits));

    public Option<Seq<string>> Texts(string name) => Read(name, v => v is JsonTree.Array a
        ? Some(a.Items.Choose(i => i is JsonTree.Text t ? Some(t.Value) : None).Strict())
        : None);

    /// <summary>The object behind a key whose type is a section.</summary>
    public PlanScope Scope(string name, ConfigurationSection section) =>
        new(Read(name, Some).IfNone(Value), section);

    /// <summary>The objects of the list behind a key.</summary>
    public Seq<PlanScope> Scopes(string name, ConfigurationSection section) => Read(name, v => v is JsonTree.Array a ? Some(a.Items) : None)
        .IfNone(Seq<JsonTree>())
        .Map(item => new PlanScope(item, section))
        .Strict();

    private static Option<int> Fits(long number) => number is >= 0 and <= int.MaxValue ? Some((int)number) : None;

    private Option<JsonTree> Default(string name)
    {
        var json = Section[name].Default;
        return json.Length == 0 ? None : JsonTreeReader.Read(Encoding.UTF8.GetBytes(json), new ProblemCollector());
    }
}
