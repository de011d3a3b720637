using System.Text;
using PluginHost.Abstractions;
using Scriban.Runtime;

namespace PluginHost.Server.Scripting.Engine;

/// <summary>What scripts see of the host: an object that is copied for each evaluation that looks at it.</summary>
internal sealed class ScriptData
{
    private ScriptData(ScriptObject members) => Members = members;

    /// <summary>Nothing.</summary>
    public static ScriptData Nothing { get; } = new([]);

    /// <summary>The members. Nobody changes them.</summary>
    public ScriptObject Members { get; }

    /// <summary>The variable <c>connection</c>.</summary>
    public static ScriptData Of(HandshakeInfo handshake) => new(new ScriptObject
    {
        ["id"] = Whole(handshake.ConnectionId),
        ["path"] = handshake.Path,
        ["route"] = Strings(handshake.RouteValues),
        // Of a name given twice, the first counts, as for plugins.
        ["query"] = Strings(handshake.QueryValues.DistinctBy(pair => pair.Key)),
        ["protocol"] = handshake.Subprotocol,
        ["user"] = handshake.User?.Name,
        ["roles"] = new ScriptArray(handshake.User?.Roles ?? []),
        ["address"] = handshake.RemoteAddress,
        ["secure"] = handshake.IsSecure,
    });

    /// <summary>The variable <c>options</c>.</summary>
    /// <param name="json">A JSON object.</param>
    public static ScriptData Of(string json) =>
        JsonText.TryRead(Encoding.UTF8.GetBytes(json), null, out var value) && value is ScriptObject members
            ? new ScriptData(members)
            : throw new ArgumentException("the options are no JSON object", nameof(json));

    /// <summary>A whole number as the language has it: the smallest kind that holds it.</summary>
    public static object Whole(long number) => number is >= int.MinValue and <= int.MaxValue ? (int)number : number;

    private static ScriptObject Strings(IEnumerable<KeyValuePair<string, string>> values)
    {
        var members = new ScriptObject();
        foreach (var (name, value) in values) members.SetValue(name, value, readOnly: false);
        return members;
    }
}

/// <summary>What a script keeps of a connection from one event to the next. It is not changed.</summary>
internal sealed class ScriptState
{
    /// <summary>A state.</summary>
    /// <param name="members">Data, which nobody changes from now on.</param>
    public ScriptState(ScriptObject members) => Members = members;

    /// <summary>The state of a connection that has just begun.</summary>
    public static ScriptState Empty { get; } = new([]);

    /// <summary>The members.</summary>
    public ScriptObject Members { get; }
}
