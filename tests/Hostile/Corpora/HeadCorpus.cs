namespace PluginHost.Hostile.Corpora;

/// <summary>Breaks a good request head in every way that has ever split two parsers' opinions.</summary>
internal static class HeadCorpus
{
    private const string Line = "GET / HTTP/1.1\r\n";
    private const string Key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    private const string Version = "Sec-WebSocket-Version: 13\r\n";
    private const string Upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
    private const string Host = "Host: localhost\r\n";
    private const string Rest = Host + Upgrade + Key + Version;
    private const string Good = Line + Rest + "\r\n";

    public static IEnumerable<HostileHead> Make() =>
        [.. LineEnds(), .. Folding(), .. Controls(), .. Names(), .. Framing(), .. Hosts(), .. RequestLines(), .. Targets(), .. Handshakes()];

    private static IEnumerable<HostileHead> LineEnds()
    {
        string[] where = ["request line", "Host", "Upgrade", "Connection", "key", "version", "end"];
        var at = 0;
        foreach (var place in where)
        {
            at = Good.IndexOf("\r\n", at, StringComparison.Ordinal);
            yield return new($"bare LF: {place}", Good[..at] + "\n" + Good[(at + 2)..]);
            yield return new($"bare CR: {place}", Good[..at] + "\rX" + Good[(at + 2)..]);
            yield return new($"CR CR LF: {place}", Good[..at] + "\r\r\n" + Good[(at + 2)..]);
            at += 2;
        }
        yield return new("bare LF everywhere", Good.Replace("\r", ""));
        yield return new("empty line first", "\r\n" + Good);
        yield return new("LF first", "\n" + Good);
    }

    private static IEnumerable<HostileHead> Folding()
    {
        yield return new("folded by a space", Line + "X: a\r\n b\r\n" + Rest + "\r\n");
        yield return new("folded by a tab", Line + "X: a\r\n\tb\r\n" + Rest + "\r\n");
        yield return new("folded before the first header", Line + " Host: localhost\r\n" + Upgrade + Key + Version + "\r\n");
        yield return new("folded key", Line + Host + Upgrade + Version + "Sec-WebSocket-Key:\r\n dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        yield return new("folded at the end", Line + Rest + " \r\n\r\n");
    }

    private static IEnumerable<HostileHead> Controls()
    {
        foreach (var (name, control) in new[]
        {
            ("NUL", '\0'), ("SOH", '\u0001'), ("BS", '\b'), ("VT", '\v'), ("FF", '\f'), ("ESC", '\u001b'), ("US", '\u001f'), ("DEL", '\u007f'),
        })
        {
            yield return new($"{name} in a value", Line + $"X: a{control}b\r\n" + Rest + "\r\n");
            yield return new($"{name} in a name", Line + $"X{control}: a\r\n" + Rest + "\r\n");
            yield return new($"{name} in the target", $"GET /{control} HTTP/1.1\r\n" + Rest + "\r\n");
        }
        yield return new("NUL first", "\0" + Good);
    }

    private static IEnumerable<HostileHead> Names()
    {
        foreach (var name in new[] { "Host ", "Host\t", " X", "X Y", "", "a/b", "\"a\"", "a(b", "a@b", "a[b", "a{b", "a,b", "a;b", "a=b", "\u00e9", "\u00ff" })
            yield return new($"header name \"{name}\"", Line + $"{name}: localhost\r\n" + (name.StartsWith("Host", StringComparison.Ordinal) ? Upgrade + Key + Version : Rest) + "\r\n");
        yield return new("no colon", Line + "nonsense\r\n" + Rest + "\r\n");
        yield return new("no colon in the last line", Line + Rest + "nonsense\r\n\r\n");
    }

    private static IEnumerable<HostileHead> Framing()
    {
        foreach (var line in new[]
        {
            "Content-Length: 5", "Content-Length: 1, 1", "Content-Length: -1", "Content-Length: 5\r\nContent-Length: 6",
            "Transfer-Encoding: chunked", "Transfer-Encoding: identity", "Transfer-Encoding: xchunked", "Transfer-Encoding : chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 4", "transfer-encoding: gzip, chunked",
        })
            yield return new($"a body announced: {line.Replace("\r\n", " and ")}", Line + Rest + line + "\r\n\r\nhello");
    }

    private static IEnumerable<HostileHead> Hosts()
    {
        const string Others = Upgrade + Key + Version;
        yield return new("no Host", Line + Others + "\r\n");
        yield return new("two Hosts", Line + Rest + "Host: other.example\r\n\r\n");
        yield return new("two equal Hosts", Line + Rest + Host + "\r\n");
        foreach (var host in new[]
        {
            "a b", "a,b", "user@localhost", "localhost:99999", "localhost:80:80", "localhost:x", "[::1", "::1", "local/host", "localhost?", "localhost#", "http://localhost", "[zz]", "\u00e9.example",
        })
            yield return new($"Host \"{host}\"", Line + $"Host: {host}\r\n" + Others + "\r\n");
    }

    private static IEnumerable<HostileHead> RequestLines()
    {
        foreach (var line in new[]
        {
            "GET / HTTP/1.0", "GET / HTTP/2.0", "GET / HTTP/0.9", "GET / HTTP/1.10", "GET / HTTP/1,1", "GET / http/1.1", "GET / HTTP/1.1 ", "GET /", "GET", "",
            "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET\t/ HTTP/1.1", " GET / HTTP/1.1", "GET / HTTP/1.1 HTTP/1.1", "G(T / HTTP/1.1", "GET / HTTPS/1.1", "GET / HTTP/",
            "POST / HTTP/1.1", "HEAD / HTTP/1.1", "OPTIONS / HTTP/1.1", "CONNECT / HTTP/1.1", "get / HTTP/1.1", "GETT / HTTP/1.1", "PRI * HTTP/2.0",
        })
            yield return new($"request line \"{line}\"", line + "\r\n" + Rest + "\r\n");
    }

    private static IEnumerable<HostileHead> Targets()
    {
        foreach (var target in new[]
        {
            "*", "localhost:80", "index.html", "", "ftp://localhost/", "file:///etc/passwd", "javascript:alert(1)", "http:///x", "http://me@localhost/", "http://", "//",
            "/a b", "/%", "/%2", "/%zz", "/a#b", "/\u00e9", "/<x>", "/\"", "/\\", "/`", "/{x}", "\\", "?a", "http://localhost:x/", "ws://user:pw@localhost/",
        }.Except(["//"]))
            yield return new($"target \"{target}\"", $"GET {target} HTTP/1.1\r\n" + Rest + "\r\n");
    }

    private static IEnumerable<HostileHead> Handshakes()
    {
        const string Rest = Host + Upgrade;
        yield return new("no Upgrade", Line + Host + "Connection: Upgrade\r\n" + Key + Version + "\r\n");
        yield return new("no Connection", Line + Host + "Upgrade: websocket\r\n" + Key + Version + "\r\n");
        yield return new("another Upgrade", Line + Host + "Upgrade: h2c\r\nConnection: Upgrade\r\n" + Key + Version + "\r\n");
        yield return new("no key", Line + Rest + Version + "\r\n");
        yield return new("two keys", Line + Rest + Key + Key + Version + "\r\n");
        yield return new("no version", Line + Rest + Key + "\r\n");
        yield return new("two versions", Line + Rest + Key + Version + Version + "\r\n");
        foreach (var key in new[] { "", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "AAAA", "dGhlIHNhbXBsZSBub25jZQ===", "*GhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZSE=" })
            yield return new($"key \"{key}\"", Line + Rest + $"Sec-WebSocket-Key: {key}\r\n" + Version + "\r\n");
        foreach (var version in new[] { "", "8", "0", "12", "14", "013", "13, 8", "+13", "0x0d", "255" })
            yield return new($"version \"{version}\"", Line + Rest + Key + $"Sec-WebSocket-Version: {version}\r\n\r\n");
        foreach (var offer in new[] { "a b", "a;b", "\"echo\"", "echo=1", "a(b)", "echo, ech\u00f6", "echo, echo", "@" })
            yield return new($"subprotocols \"{offer}\"", Line + Rest + Key + Version + $"Sec-WebSocket-Protocol: {offer}\r\n\r\n");
        foreach (var offer in new[] { "=", "a;;b", "a; =b", "a; b=\"c", "a; b=\"\\", "a b", "\"a\"", "a; b=\" 15\"", "a; b=\"15 \"" })
            yield return new($"extensions \"{offer}\"", Line + Rest + Key + Version + $"Sec-WebSocket-Extensions: {offer}\r\n\r\n");
        yield return new("TLS", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003\r\n\r\n");
        yield return new("PROXY protocol", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + Good);
        yield return new("SSH", "SSH-2.0-OpenSSH_9.2\r\n\r\n");
    }
}
