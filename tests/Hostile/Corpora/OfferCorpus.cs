namespace PluginHost.Hostile.Corpora;

/// <summary>Offers of permessage-deflate (RFC 7692 §7.1), and origins.</summary>
internal static class OfferCorpus
{
    private const string Deflate = "permessage-deflate";

    public static IEnumerable<HostileExtension> Extensions()
    {
        yield return new(Deflate, true);
        yield return new($"{Deflate}; server_no_context_takeover; client_no_context_takeover", true);
        yield return new($"{Deflate}; client_max_window_bits", true);
        for (var bits = 0; bits <= 20; bits++)
        {
            // A server whose deflate knows no window of 256 bytes declines 8 for what it sends.
            yield return new($"{Deflate}; server_max_window_bits={bits}", bits is >= 9 and <= 15);
            yield return new($"{Deflate}; server_max_window_bits=\"{bits}\"", bits is >= 9 and <= 15);
            yield return new($"{Deflate}; client_max_window_bits={bits}", bits is >= 8 and <= 15);
        }
        foreach (var name in new[] { "server_max_window_bits", "client_max_window_bits" })
        {
            foreach (var value in new[] { "\"\"", "015", "0015", "+15", "-15", "15.0", "0xF", "1e1", "99999999999999999999", "x", "1_5" })
                yield return new($"{Deflate}; {name}={value}", false);
            yield return new($"{Deflate}; {name}=15; {name}=15", false);
            yield return new($"{Deflate}; {name}=10; {name}=11", false);
        }
        yield return new($"{Deflate}; server_max_window_bits", false);
        foreach (var name in new[] { "server_no_context_takeover", "client_no_context_takeover" })
        {
            yield return new($"{Deflate}; {name}=1", false);
            yield return new($"{Deflate}; {name}=true", false);
            yield return new($"{Deflate}; {name}=\"\"", false);
            yield return new($"{Deflate}; {name}; {name}", false);
        }
        foreach (var unknown in new[] { "mystery", "mystery=1", "max_window_bits=15", "server_max_window_bit=15", "Server_Max_Window_Bits=3" })
            yield return new($"{Deflate}; {unknown}", false);
        yield return new("x-webkit-deflate-frame", false);
        yield return new("permessage-bzip2", false);
        yield return new("permessage-deflat", false);
    }

    public static IEnumerable<string> Origins() =>
    [
        "null", "NULL", "localhost", "//localhost", "https://localhost", "http://localhost:81", "http://localhost:8080", "http://localhost.evil.example", "http://evil-localhost",
        "http://sub.localhost", "http://localhost@evil.example", "http://evil.example@localhost", "http://user:pw@localhost", "http://LOCALHOST", "HTTP://localhost", "http://localhost/",
        "http://localhost?", "http://localhost#", "http://localhost.", "http://localhost:", "http://localhost:080", "http://localhost evil", "http://evil.example/localhost",
        "http://evil.example#localhost", "http://evil.example?localhost", "http://xn--lcalhost-54a", "http://l\u00f3calhost", "http://127.0.0.1", "http://[::1]", "http://0", "http://2130706433",
        "file://", "data:text/html,x", "chrome-extension://abcdef", "about:blank", "http://", "://localhost", "http:localhost", "http:/localhost", "http:\\\\localhost", "http://localhost, http://localhost",
        "http://localhost;", "'http://localhost'", "\"http://localhost\"", "http://localhost%00", "http://%6cocalhost", "javascript:http://localhost",
    ];
}
