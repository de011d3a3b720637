using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Policy.Limits;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Tests.Addresses;

public class AddressTests
{
    [Theory]
    [InlineData("0.0.0.0", "0.0.0.0")]
    [InlineData("192.0.2.255", "192.0.2.255")]
    [InlineData("::", "::")]
    [InlineData("::1", "::1")]
    [InlineData("2001:DB8::0:1", "2001:db8::1")]
    [InlineData("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1")]
    [InlineData("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8")]
    [InlineData("1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:c000:201", "192.0.2.1")]
    [InlineData("64:ff9b::192.0.2.33", "64:ff9b::c000:221")]
    public void Addresses_are_read_and_written(string text, string written) => Assert.Equal(Some(written), Address.Parse(text).Map(one => one.ToString()));

    [Theory]
    [InlineData("")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.256")]
    [InlineData("1.2.3.04")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("1.2.3.-4")]
    [InlineData(" 1.2.3.4")]
    [InlineData("2130706433")]
    [InlineData(":")]
    [InlineData(":::")]
    [InlineData("1::2::3")]
    [InlineData("1:2:3:4:5:6:7")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("1:2:3:4:5:6:7::8")]
    [InlineData("12345::")]
    [InlineData("g::")]
    [InlineData("1.2.3.4::")]
    [InlineData("1:2:3:4:5:1.2.3.4:6")]
    [InlineData("::1.2.3.4:5")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[::1]")]
    public void What_is_no_address_is_none(string text) => Assert.True(Address.Parse(text).IsNone);

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(15)]
    [InlineData(17)]
    public void Other_numbers_of_bytes_are_no_address(int length)
    {
        Assert.True(Address.FromBytes(new byte[length]).IsNone);
        Assert.True(AddressKey.Of(new byte[length]).IsNone);
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.255.255.255", true)]
    [InlineData("10.0.0.0/8", "11.0.0.0", false)]
    [InlineData("10.0.0.0/8", "::ffff:10.1.2.3", true)]
    [InlineData("::ffff:10.0.0.0/104", "10.1.2.3", true)]
    [InlineData("0.0.0.0/0", "255.1.2.3", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("::/0", "10.0.0.1", true)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7/32", "192.0.2.8", false)]
    [InlineData("192.0.2.6/31", "192.0.2.7", true)]
    public void Networks_contain_what_begins_like_them(string network, string address, bool contained) => Assert.Equal(
        Right(contained), Network.Parse(network).MapLeft(_ => false).Map(one => one.Contains(Address.Parse(address).IfNone(default(Address)))));

    [Theory]
    [InlineData("10.0.0.1/8", "10.0.0.1/8 has bits behind its prefix; write 10.0.0.0/8")]
    [InlineData("2001:db8::1/64", "2001:db8::1/64 has bits behind its prefix; write 2001:db8::/64")]
    [InlineData("10.0.0.0/33", "the length of a network's prefix is a number from 0 to 32, not \"33\"")]
    [InlineData("::/129", "the length of a network's prefix is a number from 0 to 128, not \"129\"")]
    [InlineData("10.0.0.0/", "the length of a network's prefix is a number from 0 to 32, not \"\"")]
    [InlineData("10.0.0.0/08", "the length of a network's prefix is a number from 0 to 32, not \"08\"")]
    [InlineData("example.com", "expected an address or network such as")]
    public void What_is_no_network_says_why(string text, string why) =>
        Assert.StartsWith(why, Network.Parse(text).Match(_ => "", problem => problem), StringComparison.Ordinal);

    [Theory]
    [InlineData("", "", "192.0.2.1", true)]
    [InlineData("10.0.0.0/8", "", "10.0.0.1", true)]
    [InlineData("10.0.0.0/8", "", "192.0.2.1", false)]
    [InlineData("", "10.0.0.0/8", "10.0.0.1", false)]
    [InlineData("", "10.0.0.0/8", "192.0.2.1", true)]
    [InlineData("10.0.0.0/8", "10.1.0.0/16", "10.1.0.1", false)]
    [InlineData("10.1.0.0/16", "10.0.0.0/8", "10.1.0.1", false)]
    [InlineData("10.0.0.0/8", "", "", true)]
    public void Deny_wins_over_allow_and_says_nothing_about_peers_without_an_address(string allow, string deny, string address, bool allowed)
    {
        var policy = new AddressPolicy(Networks(allow), Networks(deny));
        Assert.Equal(allowed, policy.Allows(Address.Parse(address)));
        Assert.Equal(allowed ? 0 : 403, policy.Check(Address.Parse(address)).Match(_ => 0, rejection => rejection.Status));
    }

    private static LanguageExt.Seq<Network> Networks(string text) =>
        text.Length == 0 ? LanguageExt.Seq<Network>.Empty : Seq1(Network.Parse(text).IfLeft(default(Network)));
}
