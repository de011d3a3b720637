using LanguageExt;

namespace PluginHost.Core.Protocol.Handshake;

/// <summary>Chooses among certificates by the name that a client asks for (Server Name Indication, RFC 6066 §3).</summary>
public static class ServerNames
{
    /// <summary>
    /// The first certificate that carries the name exactly, otherwise the first that carries it by a wildcard, otherwise the first of all.
    /// </summary>
    /// <param name="certificates">At least one; the names of each: <c>example.com</c>, or <c>*.example.com</c> for one label in front.</param>
    /// <param name="asked">What the client asks for; empty when it names nothing. Compared without regard to case.</param>
    /// <returns>An index.</returns>
    public static int Choose(Seq<Seq<string>> certificates, string asked)
    {
        var exact = Find(certificates, name => name.Equals(asked, StringComparison.OrdinalIgnoreCase));
        return Math.Max(0, exact >= 0 ? exact : Find(certificates, name => IsWildcardFor(name, asked)));
    }

    private static int Find(Seq<Seq<string>> certificates, Func<string, bool> matches)
    {
        for (var i = 0; i < certificates.Count; i++)
            if (certificates[i].Exists(matches))
                return i;
        return -1;
    }

    // RFC 6125 §6.4.3: the star is one whole label, the leftmost.
    private static bool IsWildcardFor(string name, string asked)
    {
        var dot = asked.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && name.StartsWith("*.", StringComparison.Ordinal) && name.AsSpan(1).Equals(asked.AsSpan(dot), StringComparison.OrdinalIgnoreCase);
    }
}
