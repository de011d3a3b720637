using System.Net;
using System.Net.Sockets;
using FsCheck;
using FsCheck.Fluent;
using LanguageExt;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Addresses;

public class AddressProperties
{
    private static readonly Gen<byte> Byte = Gen.OneOf(Gen.Constant((byte)0), Gen.Constant((byte)255), Gen.Choose(0, 255).Select(n => (byte)n));

    private static readonly Gen<byte[]> Mapped = Byte.ArrayOf(4).Select(tail => (byte[])[.. new byte[10], 255, 255, .. tail]);

    private static readonly Gen<byte[]> Bytes = Gen.OneOf(Byte.ArrayOf(4), Byte.ArrayOf(16), Mapped);

    private static readonly Gen<Address> SomeAddress = Bytes.Select(Of);

    private static readonly Gen<Network> SomeNetwork =
        from address in SomeAddress
        from length in Gen.Choose(0, 128)
        select new Network(new Address(length == 0 ? 0 : address.Bits >> (128 - length) << (128 - length)), length);

    private static readonly Gen<string> Text = Gen.Elements("0", "1", "10", "255", "256", "ffff", ".", ":", "::", "/", "%", " ", "a").ArrayOf()
        .Select(string.Concat);

    private static Address Of(byte[] bytes) => Address.FromBytes(bytes).IfNone(default(Address));

    [Property]
    public Property What_is_written_is_read_again_and_is_what_the_framework_writes() => Prop.ForAll(Arb.From(Bytes), bytes =>
    {
        var address = Of(bytes);
        var framework = new IPAddress(bytes);
        if (framework.IsIPv4MappedToIPv6) framework = framework.MapToIPv4();
        // The framework writes the tail of some addresses with dots; the meaning is compared there.
        return Address.Parse(address.ToString()) == address && IPAddress.Parse(address.ToString()).Equals(framework)
            && new IPAddress(address.ToBytes()).Equals(framework);
    });

    [Property]
    public Property Any_text_is_read_as_the_framework_reads_it_or_refused() => Prop.ForAll(Arb.From(Text), text => Address.Parse(text).ForAll(address =>
        IPAddress.TryParse(text, out var framework)
        && (framework.AddressFamily == AddressFamily.InterNetworkV6 && framework.IsIPv4MappedToIPv6 ? framework.MapToIPv4() : framework)
            .Equals(new IPAddress(address.ToBytes()))));

    [Property]
    public Property A_network_contains_its_first_address_and_those_that_differ_behind_the_prefix_only() => Prop.ForAll(
        Arb.From(SomeNetwork), Arb.From(SomeAddress), Arb.From(Gen.Choose(0, 127)), (network, _, bit) =>
        {
            var other = new Address(network.First.Bits ^ (UInt128.One << (127 - bit)));
            return network.Contains(network.First) && network.Contains(other) == bit >= network.Length;
        });

    [Property]
    public Property Networks_that_are_written_are_read_again() => Prop.ForAll(Arb.From(SomeNetwork), network =>
        Network.Parse(network.ToString()).Match(read => read.First == network.First && read.Length == network.Length, _ => false));

    [Property]
    public Property Any_bytes_are_a_header_a_beginning_or_none_and_no_header_is_longer_than_what_came() => Prop.ForAll(
        Arb.From(HeaderLike()), bytes =>
        {
            var header = ProxyHeader.Read(bytes);
            return header.Kind != ProxyHeaderKind.Complete
                || (header.Length > 0 && header.Length <= bytes.Length && ProxyHeader.Read(bytes.AsSpan(0, header.Length)) == header);
        });

    [Property]
    public Property Any_header_text_is_a_client_or_a_refusal_and_what_stands_in_front_of_the_last_untrusted_entry_plays_no_part() => Prop.ForAll(
        Arb.From(Text), Arb.From(SomeAddress.Where(one => !Proxies.Trusts(one))), (front, client) =>
        {
            _ = Find(front);
            var behind = Find(client.ToString());
            return front.Contains('"', StringComparison.Ordinal) || Find($"{front}, {client}") == behind;
        });

    private static ProxyPolicy Proxies { get; } = new(
        Seq<Network>.Empty.Add(Network.Parse("10.0.0.0/8").IfLeft(default(Network))), false, ForwardingHeader.XForwardedFor, false);

    private static string Find(string value) => Forwarding.Find(
        Proxies, Of([10, 0, 0, 1]), new HeaderFields(Seq<HeaderField>.Empty.Add(new HeaderField("X-Forwarded-For", value)))).Match(
            found => found.ToString(), rejection => rejection.Status.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static Gen<byte[]> HeaderLike() =>
        from start in Gen.Elements("PROXY TCP4 ", "PROXY TCP6 ", "PROXY UNKNOWN", "\r\n\r\n\0\r\nQUIT\n!\u0011\0\f", "\r\n\r\n\0\r\nQUIT\n \0\0\0", "")
        from rest in Gen.Elements("1.2.3.4 ", "::1 ", "80 ", "443", "\r\n", "\0", "\u0001", "\u0004\0\0", "x").ArrayOf()
        select System.Text.Encoding.Latin1.GetBytes(start + string.Concat(rest));

    [Property]
    public Property Connections_are_counted_by_IPv4_address_however_it_is_written_and_by_half_an_IPv6_address() => Prop.ForAll(Arb.From(Bytes), Arb.From(Bytes), (one, other) =>
    {
        var (first, second) = (Of(one), Of(other));
        var same = first.IsIPv4 || second.IsIPv4 ? first == second : first.Bits >> 64 == second.Bits >> 64;
        return same == (AddressKey.Of(one) == AddressKey.Of(other)) && AddressKey.Of(first.ToBytes()) == AddressKey.Of(one);
    });
}
