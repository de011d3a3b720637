using LanguageExt;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Policy.Addresses;

/// <summary>Which addresses may connect.</summary>
/// <param name="Allow">Only these, where there are any.</param>
/// <param name="Deny">Never these, allowed or not.</param>
public sealed record AddressPolicy(Seq<Network> Allow, Seq<Network> Deny)
{
    /// <summary>Every address may connect.</summary>
    public static AddressPolicy Everybody { get; } = new(Seq<Network>.Empty, Seq<Network>.Empty);

    /// <summary>Nothing is listed.</summary>
    public bool IsEmpty => Allow.IsEmpty && Deny.IsEmpty;

    /// <summary>Decides.</summary>
    /// <param name="address">None for a peer without one, such as that of a Unix socket: lists of addresses say nothing about it.</param>
    public bool Allows(Option<Address> address) => IsEmpty || address.ForAll(known =>
        !Deny.Exists(network => network.Contains(known)) && (Allow.IsEmpty || Allow.Exists(network => network.Contains(known))));

    /// <summary>The same decision as the answer to a request.</summary>
    /// <param name="address">The client's.</param>
    public Either<Rejection, Unit> Check(Option<Address> address) => Allows(address) ? Unit.Default : Rejection.Of(RejectionReason.Address);
}
