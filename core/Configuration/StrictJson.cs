using System.Text;

namespace PluginHost.Core.Configuration;

/// <summary>Writes a tree as JSON that every reader takes: no comments, no trailing commas, no white space; text and numbers as
/// written.</summary>
internal static class StrictJson
{
    public static string Write(JsonTree value)
    {
        var json = new StringBuilder();
        Append(json, value);
        return json.ToString();
    }

    private static void Append(StringBuilder json, JsonTree value)
    {
        switch (value)
        {
            case JsonTree.Object o:
                AppendAll(json, '{', o.Members, '}', member =>
                {
                    json.Append(member.RawName).Append(':');
                    Append(json, member.Value);
                });
                break;
            case JsonTree.Array a: AppendAll(json, '[', a.Items, ']', item => Append(json, item)); break;
            case JsonTree.Text t: json.Append(t.Raw); break;
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
