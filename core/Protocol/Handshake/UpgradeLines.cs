using System.Runtime.CompilerServices;

namespace PluginHost.Core.Protocol.Handshake;

/// <summary>The header lines of a handshake (RFC 6455 §4.2.1) of which it matters how many there are.</summary>
internal enum UpgradeLine : byte
{
    Host,
    Upgrade,
    Version,
    Key,
    Subprotocols,
    Extensions,
    Origin,
    ContentLength,
    TransferEncoding,

    /// <summary>Any other.</summary>
    Other,
}

/// <summary>How often each line that decides on a handshake stands in a head, and its value: one pass for all of them.</summary>
internal readonly struct UpgradeLines
{
    private readonly Table _table;

    private UpgradeLines(Table table) => _table = table;

    /// <summary>Looks at every line once.</summary>
    public static UpgradeLines Of(HeaderFields headers)
    {
        var table = default(Table);
        var lines = headers.Lines;
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i];
            var name = (int)NameOf(line.Name);
            table[name] = new Entry(table[name].Count + 1, line.Value);
        }

        return new UpgradeLines(table);
    }

    /// <summary>How many lines have this name.</summary>
    public int Count(UpgradeLine name) => _table[(int)name].Count;

    /// <summary>The value of the only line with this name, or <see langword="null"/>.</summary>
    public string? Single(UpgradeLine name) => _table[(int)name] is { Count: 1, Value: var only } ? only : null;

    private static UpgradeLine NameOf(string name) => name.Length switch
    {
        4 => Is(name, "Host", UpgradeLine.Host),
        6 => Is(name, "Origin", UpgradeLine.Origin),
        7 => Is(name, "Upgrade", UpgradeLine.Upgrade),
        14 => Is(name, "Content-Length", UpgradeLine.ContentLength),
        17 => name[0] is 'S' or 's' ? Is(name, "Sec-WebSocket-Key", UpgradeLine.Key) : Is(name, "Transfer-Encoding", UpgradeLine.TransferEncoding),
        21 => Is(name, "Sec-WebSocket-Version", UpgradeLine.Version),
        22 => Is(name, "Sec-WebSocket-Protocol", UpgradeLine.Subprotocols),
        24 => Is(name, "Sec-WebSocket-Extensions", UpgradeLine.Extensions),
        _ => UpgradeLine.Other,
    };

    private static UpgradeLine Is(string name, string expected, UpgradeLine line) => Grammar.SameName(name, expected) ? line : UpgradeLine.Other;

    private readonly record struct Entry(int Count, string Value);

    [InlineArray((int)UpgradeLine.Other + 1)]
    private struct Table
    {
        private Entry _first;
    }
}
