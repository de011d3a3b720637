using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using LanguageExt;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Handshake;

/// <summary>Laws of the negotiation of permessage-deflate (RFC 7692 §7.1).</summary>
public sealed class PerMessageDeflateProperties
{
    private static readonly Gen<ExtensionParameter> Parameters =
        from name in Gen.Elements(
            "server_no_context_takeover", "client_no_context_takeover", "server_max_window_bits", "client_max_window_bits", "mystery")
        from value in Gen.Frequency(
            (3, Gen.Constant(Option<string>.None)),
            (5, Gen.Choose(0, 20).Select(bits => Option<string>.Some(bits.ToString(CultureInfo.InvariantCulture)))),
            (1, Gen.Elements("", "015", "x").Select(Option<string>.Some)))
        select new ExtensionParameter(name, value);

    private static readonly Gen<ExtensionOffer> Offer =
        from name in Gen.Frequency((9, Gen.Constant("permessage-deflate")), (1, Gen.Constant("other")))
        from parameters in Gen.Choose(0, 4).SelectMany(count => Parameters.ArrayOf(count))
        select new ExtensionOffer(name, parameters.ToSeq().Strict());

    private static readonly Gen<DeflatePolicy> Policy =
        from takeover in Gen.Elements(true, false)
        from server in Gen.Choose(9, 15)
        from client in Gen.Choose(8, 15)
        select new DeflatePolicy(takeover, server, client);

    private static readonly Arbitrary<(DeflatePolicy Policy, ExtensionOffer[] Offers)> Cases = Arb.From(
        from policy in Policy
        from offers in Gen.Choose(0, 4).SelectMany(count => Offer.ArrayOf(count))
        select (policy, offers));

    [Property(MaxTest = 1000)]
    public Property What_is_agreed_on_keeps_within_the_offer_and_the_policy() => Prop.ForAll(Cases, one =>
    {
        var (policy, offers) = one;
        return PerMessageDeflate.Negotiate(policy, offers.ToSeq().Strict()).Match(
            Some: found => offers.Any(offer => Honours(policy, offer, found.Agreement)) && found.Response.IsWritable
                && Reads(found.Response, "server_no_context_takeover") == found.Agreement.ServerNoContextTakeover
                && Reads(found.Response, "client_no_context_takeover") == found.Agreement.ClientNoContextTakeover,
            None: () => !offers.Any(IsPlain));
    });

    [Property(MaxTest = 1000)]
    public Property A_client_that_offered_a_choice_accepts_the_answer() => Prop.ForAll(Cases, one =>
        PerMessageDeflate.Negotiate(one.Policy, one.Offers.ToSeq().Strict()).Match(
            Some: found => PerMessageDeflate.Accept(found.Response).Match(
                accepted => accepted.ServerMaxWindowBits == found.Agreement.ServerMaxWindowBits
                    && accepted.ClientMaxWindowBits == found.Agreement.ClientMaxWindowBits,
                () => false),
            None: () => true));

    [Property(MaxTest = 500)]
    public Property An_offer_that_is_declined_changes_nothing_for_those_behind_it() => Prop.ForAll(Cases, one =>
    {
        var offers = one.Offers.ToSeq().Strict();
        var declined = new ExtensionOffer("permessage-deflate", Prelude.Seq1(new ExtensionParameter("mystery", Option<string>.None)));
        return PerMessageDeflate.Negotiate(one.Policy, declined.Cons(offers).Strict()) == PerMessageDeflate.Negotiate(one.Policy, offers);
    });

    private static bool Honours(DeflatePolicy policy, ExtensionOffer offer, DeflateAgreement agreement) =>
        offer.Name == "permessage-deflate"
        && agreement.ServerMaxWindowBits >= 9
        && agreement.ServerMaxWindowBits <= Math.Min(policy.ServerWindowBits, Number(offer, "server_max_window_bits"))
        && agreement.ClientMaxWindowBits <= Number(offer, "client_max_window_bits")
        && (policy.ContextTakeover || (agreement.ServerNoContextTakeover && agreement.ClientNoContextTakeover))
        && (!Reads(offer, "server_no_context_takeover") || agreement.ServerNoContextTakeover);

    private static bool IsPlain(ExtensionOffer offer) => offer.Name == "permessage-deflate" && offer.Parameters.IsEmpty;

    private static bool Reads(ExtensionOffer offer, string name) => offer.Parameters.Exists(parameter => parameter.Name == name);

    private static int Number(ExtensionOffer offer, string name) => offer.Parameters
        .Filter(parameter => parameter.Name == name)
        .Choose(parameter => parameter.Value)
        .Map(value => int.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number : 0)
        .HeadOrNone().IfNone(15);
}
