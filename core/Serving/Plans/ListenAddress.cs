using System.Globalization;
using LanguageExt;
using PluginHost.Core.Text;

namespace PluginHost.Core.Serving.Plans;

/// <summary>Where a listener listens.</summary>
public abstract record ListenAddress
{
    private const string UnixPrefix = "unix:";
    private const string Shape =
        "expected an address such as \"127.0.0.1:8080\", \"[::1]:8080\", \"localhost:8080\", \"*:8080\" or \"unix:/run/pluginhost.sock\"";

    private ListenAddress() { }

    private protected abstract int Closed { get; }

    /// <summary>Calls the function that belongs to this case.</summary>
    public T Match<T>(Func<string, int, T> tcp, Func<string, T> unix) => this switch
    {
        Tcp t => tcp(t.Host, t.Port),
        _ => unix(((Unix)this).Path),
    };

    /// <summary>A TCP port.</summary>
    /// <param name="Host">An IPv4 address, an IPv6 address without brackets, <c>localhost</c>, or <c>*</c> for every address of the
    /// machine.</param>
    /// <param name="Port">0–65535; 0 lets the system choose a free one.</param>
    public sealed record Tcp(string Host, int Port) : ListenAddress
    {
        private protected override int Closed => 0;

        /// <inheritdoc/>
        public override string ToString() => Host.Contains(':', StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
            : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
    }

    /// <summary>A Unix domain socket.</summary>
    /// <param name="Path">As written; a relative one is relative to the configuration file.</param>
    public sealed record Unix(string Path) : ListenAddress
    {
        private protected override int Closed => 1;

        /// <inheritdoc/>
        public override string ToString() => UnixPrefix + Path;
    }

    /// <summary>Reads an address: <c>host:port</c> or <c>unix:path</c>.</summary>
    /// <param name="text">IPv6 addresses stand in brackets. Names other than <c>localhost</c> are refused: nobody is asked to resolve
    /// them.</param>
    /// <returns>The address, or what is wrong with the text.</returns>
    public static Either<string, ListenAddress> Parse(string text)
    {
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal)) return ParseUnix(text[UnixPrefix.Length..]);
        var colon = text.LastIndexOf(':');
        if (colon < 0) return Shape;
        var (host, port) = (text[..colon], text[(colon + 1)..]);
        if (!port.All(char.IsAsciiDigit) || !int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 65535)
            return $"the port of an address is a number from 0 to 65535, not {Quoting.Quote(port)}";
        if (host is "localhost" or "*" || IsIpv4(host)) return new Tcp(host, number);
        if (host is ['[', .. var inner, ']'])
        {
            if (IsIpv6(inner)) return new Tcp(inner.ToLowerInvariant(), number);
            return $"{Quoting.Quote(inner)} is not an IPv6 address";
        }
        if (IsIpv6(host)) return "an IPv6 address stands in brackets, as in \"[::1]:8080\"";
        return $"{Quoting.Quote(host)} is neither an IP address nor \"localhost\" nor \"*\" (every address)";
    }

    /// <summary>True where both cannot be open at once: the same path, or the same port on addresses of which one includes the
    /// other.</summary>
    internal bool Overlaps(ListenAddress other) => (this, other) switch
    {
        (Tcp a, Tcp b) => a.Port != 0 && a.Port == b.Port && (a.Host == b.Host || a.Host == "*" || b.Host == "*"),
        _ => this == other,
    };

    private static Either<string, ListenAddress> ParseUnix(string path)
    {
        if (path.Length == 0) return "a path is missing after \"unix:\"";
        if (PathText.Problem(path) is { } problem) return problem;
        return new Unix(path);
    }

    private static bool IsIpv4(string text)
    {
        var parts = text.Split('.');
        return parts.Length == 4 && parts.All(p => p.Length is > 0 and <= 3 && p.All(char.IsAsciiDigit)
            && (p.Length == 1 || p[0] != '0') && int.Parse(p, CultureInfo.InvariantCulture) <= 255);
    }

    // RFC 4291 §2.2, without zone ids: groups of up to four hex digits, one "::" for a run of zeros, perhaps an IPv4 tail.
    private static bool IsIpv6(string text)
    {
        var halves = text.Split("::");
        if (halves.Length > 2) return false;
        var counts = halves.Select((half, i) => Groups(half, mayEndInIpv4: i == halves.Length - 1)).ToArray();
        if (counts.Any(c => c < 0)) return false;
        return halves.Length == 1 ? counts[0] == 8 : counts.Sum() <= 7;
    }

    // The number of 16-bit groups, or -1.
    private static int Groups(string text, bool mayEndInIpv4)
    {
        if (text.Length == 0) return 0;
        var groups = text.Split(':');
        var ipv4 = mayEndInIpv4 && IsIpv4(groups[^1]) ? 1 : 0;
        return groups.SkipLast(ipv4).All(g => g.Length is > 0 and <= 4 && g.All(char.IsAsciiHexDigit)) ? groups.Length + ipv4 : -1;
    }
}
