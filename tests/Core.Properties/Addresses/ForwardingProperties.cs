using FsCheck;
using FsCheck.Fluent;
using LanguageExt;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Protocol.Handshake;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Properties.Addresses;

/// <summary>What a client writes about itself has no influence.</summary>
public sealed class ForwardingProperties
{
    private static readonly Option<Address> Peer = Address.Parse("10.0.0.1");

    private static readonly Gen<string> Trusted = Gen.Elements("10.0.0.2", "10.9.9.9", "[fd00::7]:443");

    // What names no trusted proxy: a stranger, or nobody.
    private static readonly Gen<string> Stranger = Gen.Elements("192.0.2.1", "192.0.2.1:4711", "unknown", "_hidden", "[2001:db8::1]");

    private static readonly Gen<string> Anything = Gen.OneOf(
        Trusted, Stranger, Gen.Elements("", "garbage", "300.1.1.1", ";", "=", "for=", "for=10.0.0.2", "for=1.1.1.1;for=2.2.2.2", "a b", "proto=https"));

    /// <summary>Everything to the left of the first entry from the right that names no trusted proxy can be anything at all.</summary>
    [TestSupport.Property(MaxTest = 1000)]
    public Property What_stands_further_left_has_no_influence(bool standard, bool ownLines)
    {
        var entry = standard ? Gen.OneOf(Stranger.Select(node => $"for=\"{node}\""), Gen.Elements("by=10.0.0.2", "proto=https", "host=a")) : Stranger;
        var near = standard ? Trusted.Select(node => $"for=\"{node}\";proto=http") : Trusted;
        var cases = from left in Anything.ListOf() from stop in entry from right in near.ListOf() select (left, stop, right);
        return Prop.ForAll(cases.ToArbitrary(), c =>
        {
            string[] believed = [c.stop, .. c.right];
            Assert.Equal(Find(standard, believed, ownLines: false), Find(standard, [.. c.left, .. believed], ownLines));
        });
    }

    private static string Find(bool standard, string[] entries, bool ownLines)
    {
        var name = standard ? "Forwarded" : "X-Forwarded-For";
        var lines = ownLines ? entries.Select(entry => new HeaderField(name, entry)) : [new HeaderField(name, string.Join(", ", entries))];
        var policy = new ProxyPolicy(
            Seq(Network.Parse("10.0.0.0/8"), Network.Parse("fd00::/8")).Rights().ToSeq(), false,
            standard ? ForwardingHeader.Forwarded : ForwardingHeader.XForwardedFor, false);
        return Forwarding.Find(policy, Peer, new HeaderFields(lines.ToSeq().Strict())).ToString();
    }
}
