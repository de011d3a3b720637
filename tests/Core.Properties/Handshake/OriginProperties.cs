using FsCheck;
using FsCheck.Fluent;
using LanguageExt;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.TestSupport;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Properties.Handshake;

/// <summary>An origin near the server's own, or far from it.</summary>
public sealed record OfferedOrigin(string Host, int Port, bool Secure, string Origin)
{
    /// <summary>The <c>Host</c> header.</summary>
    public string Authority => Port == 0 ? Host : $"{Host}:{Port}";
}

/// <summary>The origin check beside a list of every spelling that it may accept.</summary>
[Properties(Arbitrary = [typeof(OriginProperties)])]
public sealed class OriginProperties
{
    private static readonly string[] Edits =
        ["null", ".", "/", "@", ":", "#", "?", " ", "\t", ",", "%2e", "evil.test", "evil.test@", "\u00e4", "xn--", "0", "80", "443", ":80", ":443", "http://", "HTTPS://", "A", "\0", "\\", "[", "*"];

    public static Arbitrary<OfferedOrigin> Origins() => Arb.From(
        from host in Gen.Elements("example.com", "a", "127.0.0.1", "[::1]")
        from port in Gen.Elements(0, 80, 443, 8080)
        from secure in Gen.Elements(true, false)
        from scheme in Gen.Elements("http", "https", "ws", "wss", "ftp", "null", "HTTP", "")
        from named in Gen.Frequency((4, Gen.Constant(host)), (1, Gen.Elements("EXAMPLE.COM", "www.example.com", "example.com.evil.test", "evil.test", "")))
        from shown in Gen.Elements("", ":80", ":443", ":8080", ":080", ":")
        from insert in Gen.Frequency((3, Gen.Constant("")), (2, Gen.Elements(Edits)))
        let origin = $"{scheme}://{named}{shown}"
        from at in Gen.Choose(0, origin.Length)
        select new OfferedOrigin(host, port, secure, origin.Insert(at, insert)));

    private static bool Allows(OriginPolicy policy, OfferedOrigin one) => OriginCheck.Check(
        policy, Seq1(one.Origin), Authority.Parse(one.Authority).IfNone(() => throw new InvalidOperationException()), one.Secure).Allowed;

    [Property(MaxTest = 5000)]
    public void The_servers_own_origin_is_what_a_browser_would_write_for_it_and_nothing_else(OfferedOrigin one)
    {
        var standard = one.Secure ? 443 : 80;
        var port = one.Port == 0 ? standard : one.Port;
        string[] schemes = one.Secure ? ["https", "wss"] : ["http", "ws"];
        string[] ports = port == standard ? ["", $":{standard}"] : [$":{port}"];
        var own = schemes.SelectMany(scheme => ports.Select(shown => $"{scheme}://{one.Host}{shown}"));
        Assert.Equal(own.Contains(one.Origin, StringComparer.Ordinal), Allows(new OriginPolicy.Listed(true, Seq<string>()), one));
    }

    [Property(MaxTest = 3000)]
    public void A_list_allows_what_is_in_it_byte_for_byte_but_never_null(OfferedOrigin one, OfferedOrigin other)
    {
        Assert.Equal(one.Origin == other.Origin && one.Origin != "null", Allows(new OriginPolicy.Listed(false, Seq1(other.Origin)), one));
        Assert.Equal(one.Origin != "null", Allows(new OriginPolicy.Listed(false, Seq(other.Origin, one.Origin)), one));
    }

    [Property(MaxTest = 500)]
    public void Two_headers_are_refused_whatever_they_say(OfferedOrigin one)
    {
        var host = Authority.Parse(one.Authority).IfNone(() => throw new InvalidOperationException());
        Assert.False(OriginCheck.Check(new OriginPolicy.Any(), Seq(one.Origin, one.Origin), host, one.Secure).Allowed);
        Assert.True(OriginCheck.Check(new OriginPolicy.Any(), Seq1(one.Origin), host, one.Secure).Allowed);
    }
}
