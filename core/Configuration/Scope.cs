using LanguageExt;
using PluginHost.Core.Text;

namespace PluginHost.Core.Configuration;

/// <summary>An object of the file while its keys are read.</summary>
/// <param name="Own">The object; null where the file has none in this place.</param>
/// <param name="Otherwise">The object that holds where this one says nothing, as the server's does for a route; null where defaults hold.</param>
internal sealed record Scope(JsonTree.Object? Own, Scope? Otherwise = null)
{
    private static readonly JsonTree.Object Nothing = new(0, JsonPath.Root, []);

    /// <summary>The pointer to the object, or to the one that holds instead; empty where neither is written.</summary>
    public string Pointer => Place.Path.ToString();

    private JsonTree.Object Place => Own ?? Otherwise?.Place ?? Nothing;

    /// <summary>A value, of this object or of the one that holds otherwise; null where neither has it.</summary>
    public JsonTree? Find(string name) => Own?.Find(name) ?? Otherwise?.Find(name);

    /// <summary>The object itself has a key.</summary>
    public bool Writes(string name) => Own?.Find(name) is not null;

    /// <summary>The object behind a key.</summary>
    public Scope Child(string name) => new(Own?.Find(name) as JsonTree.Object, Otherwise?.Child(name));

    /// <summary>The objects of the list behind a key.</summary>
    public Seq<Scope> Children(string name) => (Own?.Find(name) as JsonTree.Array)?.Items.Map(item => new Scope(item as JsonTree.Object)).Strict() ?? [];

    /// <summary>Something is wrong with the object.</summary>
    public Fault Fault(string message) => Place.Fault(message);

    /// <summary>Something is wrong with the value of a key, or with the object that lacks it.</summary>
    public Fault Fault(string name, string message, string? suggestion = null) => (Own?.Find(name) ?? Place).Fault(message, suggestion);
}
