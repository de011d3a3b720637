using LanguageExt;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Tests.Handshake;

/// <summary>Negotiation of permessage-deflate (RFC 7692 §5, §7.1).</summary>
public sealed class PerMessageDeflateTests
{
    private static readonly DeflatePolicy Takeover = DeflatePolicy.Default with { ContextTakeover = true };

    [Theory]
    [InlineData("permessage-deflate", "permessage-deflate", false, false, 15, 15)]
    [InlineData("permessage-deflate; client_max_window_bits", "permessage-deflate", false, false, 15, 15)]
    [InlineData("permessage-deflate; client_max_window_bits=10", "permessage-deflate; client_max_window_bits=10", false, false, 15, 10)]
    [InlineData("permessage-deflate; client_max_window_bits=8", "permessage-deflate; client_max_window_bits=8", false, false, 15, 8)]
    [InlineData("permessage-deflate; server_max_window_bits=9", "permessage-deflate; server_max_window_bits=9", false, false, 9, 15)]
    [InlineData("permessage-deflate; server_max_window_bits=15", "permessage-deflate; server_max_window_bits=15", false, false, 15, 15)]
    [InlineData("permessage-deflate; server_no_context_takeover", "permessage-deflate; server_no_context_takeover", true, false, 15, 15)]
    [InlineData("permessage-deflate; client_no_context_takeover", "permessage-deflate; client_no_context_takeover", false, true, 15, 15)]
    [InlineData("x-webkit-deflate-frame, permessage-deflate", "permessage-deflate", false, false, 15, 15)]
    [InlineData("permessage-deflate; server_max_window_bits=8, permessage-deflate", "permessage-deflate", false, false, 15, 15)]
    [InlineData("permessage-deflate; unknown, permessage-deflate; server_max_window_bits=12",
        "permessage-deflate; server_max_window_bits=12", false, false, 12, 15)]
    public void The_first_offer_that_can_be_honoured_is_taken(
        string offers, string response, bool serverNo, bool clientNo, int serverBits, int clientBits)
    {
        var (agreement, answer) = Negotiate(Takeover, offers).IfNone(() => throw new InvalidOperationException("declined"));
        Assert.Equal(new DeflateAgreement(serverNo, clientNo, serverBits, clientBits), agreement);
        Assert.Equal(response, ExtensionOffers.Format(Prelude.Seq1(answer)));
    }

    [Theory]
    [InlineData("permessage-deflate; server_max_window_bits=8")]
    [InlineData("permessage-deflate; server_max_window_bits=7")]
    [InlineData("permessage-deflate; server_max_window_bits=0")]
    [InlineData("permessage-deflate; server_max_window_bits=16")]
    [InlineData("permessage-deflate; server_max_window_bits=20")]
    [InlineData("permessage-deflate; server_max_window_bits=015")]
    [InlineData("permessage-deflate; server_max_window_bits=1x")]
    [InlineData("permessage-deflate; server_max_window_bits=")]
    [InlineData("permessage-deflate; server_max_window_bits")]
    [InlineData("permessage-deflate; client_max_window_bits=7")]
    [InlineData("permessage-deflate; client_max_window_bits=16")]
    [InlineData("permessage-deflate; client_max_window_bits=08")]
    [InlineData("permessage-deflate; client_max_window_bits=\"\"")]
    [InlineData("permessage-deflate; client_max_window_bits; client_max_window_bits=10")]
    [InlineData("permessage-deflate; server_max_window_bits=10; server_max_window_bits=10")]
    [InlineData("permessage-deflate; server_no_context_takeover=1")]
    [InlineData("permessage-deflate; client_no_context_takeover=true")]
    [InlineData("permessage-deflate; server_no_context_takeover; server_no_context_takeover")]
    [InlineData("permessage-deflate; client_no_context_takeover; client_no_context_takeover")]
    [InlineData("permessage-deflate; mystery")]
    [InlineData("Permessage-Deflate")]
    [InlineData("permessage-bzip2")]
    [InlineData("")]
    public void An_offer_that_is_not_understood_is_declined(string offers) => Assert.True(Negotiate(Takeover, offers).IsNone);

    [Fact]
    public void The_policy_bounds_both_windows_and_context_takeover()
    {
        var policy = new DeflatePolicy(false, 11, 10);
        var (agreement, answer) = Negotiate(policy, "permessage-deflate; client_max_window_bits; server_max_window_bits=13")
            .IfNone(() => throw new InvalidOperationException("declined"));
        Assert.Equal(new DeflateAgreement(true, true, 11, 10), agreement);
        Assert.Equal(
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=11; client_max_window_bits=10",
            ExtensionOffers.Format(Prelude.Seq1(answer)));
    }

    [Fact]
    public void A_client_that_does_not_know_the_parameter_keeps_its_window()
    {
        var (agreement, answer) = Negotiate(Takeover with { ClientWindowBits = 9 }, "permessage-deflate")
            .IfNone(() => throw new InvalidOperationException("declined"));
        Assert.Equal(15, agreement.ClientMaxWindowBits);
        Assert.Equal("permessage-deflate", ExtensionOffers.Format(Prelude.Seq1(answer)));
    }

    [Theory]
    [InlineData("permessage-deflate", true)]
    [InlineData("permessage-deflate; server_max_window_bits=8; client_max_window_bits=8", true)]
    [InlineData("permessage-deflate; server_no_context_takeover; client_no_context_takeover", true)]
    [InlineData("permessage-deflate; client_max_window_bits", false)]
    [InlineData("permessage-deflate; server_max_window_bits=99", false)]
    [InlineData("other", false)]
    public void A_client_checks_the_answer(string response, bool allowed) =>
        Assert.Equal(allowed, PerMessageDeflate.Accept(Offers(response).Head()).IsSome);

    private static Option<(DeflateAgreement Agreement, ExtensionOffer Response)> Negotiate(DeflatePolicy policy, string offers) =>
        PerMessageDeflate.Negotiate(policy, Offers(offers));

    private static Seq<ExtensionOffer> Offers(string text) =>
        ExtensionOffers.Parse(text.Length == 0 ? Seq<string>.Empty : Prelude.Seq1(text)).IfLeft(fault => throw new FormatException(fault.Explanation));
}
