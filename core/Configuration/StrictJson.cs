using System.Text;
using LanguageExt;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;

namespace PluginHost.Core.Configuration;

/// <summary>Writes a tree as JSON that every reader takes: no comments, no trailing commas, no white space; text and numbers as
/// written.</summary>
internal static class StrictJson
{
    /// <summary>The options of a plugin or script, with the places of their secrets.</summary>
    public static OptionsPlan Options(JsonTree.Object value)
    {
        var json = new StringBuilder();
        var secrets = new List<OptionSecret>();
        Append(json, value, secrets.Add);
        return new OptionsPlan(json.ToString(), value.Path.ToString()) { Secrets = secrets.ToSeq().Strict() };
    }

    private static void Append(StringBuilder json, JsonTree value, Action<OptionSecret> secret)
    {
        switch (value)
        {
            case JsonTree.Object o:
                AppendAll(json, '{', o.Members, '}', member =>
                {
                    json.Append(member.RawName).Append(':');
                    Append(json, member.Value, secret);
                });
                break;
            case JsonTree.Array a: AppendAll(json, '[', a.Items, ']', item => Append(json, item, secret)); break;
            case JsonTree.Text t:
                if (Secret.IsReference(t.Value))
                    Secret.Parse(t.Value).Iter(place => secret(new OptionSecret(place, json.Length, t.Raw.Length, t.Path.ToString())));
                json.Append(t.Raw);
                break;
            case JsonTree.Number n: json.Append(n.Raw); break;
            case JsonTree.Flag f: json.Append(f.Value ? "true" : "false"); break;
            default: json.Append("null"); break;
        }
    }

    private static void AppendAll<T>(StringBuilder json, char open, IEnumerable<T> parts, char close, Action<T> append)
    {
        json.Append(open);
        var first = true;
        foreach (var part in parts)
        {
            if (!first) json.Append(',');
            first = false;
            append(part);
        }
        json.Append(close);
    }
}
