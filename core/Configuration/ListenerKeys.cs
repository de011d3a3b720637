using LanguageExt;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;
using static PluginHost.Core.Configuration.Kinds;

namespace PluginHost.Core.Configuration;

/// <summary>The keys of a listener, and what listeners must not say together.</summary>
internal static class ListenerKeys
{
    /// <summary>Who may connect: the server's, a listener's or a route's.</summary>
    public static Fields<AddressPolicy> Addresses { get; } = Fields.Of(
        Key.List("allow", TextKinds.Networks, "Only these addresses may connect: \"192.0.2.7\", \"10.0.0.0/8\", \"2001:db8::/32\". By default all."),
        Key.List("deny", TextKinds.Networks, "These may not, allowed or not."),
        (allow, deny) => new AddressPolicy(allow, deny)).On(ReloadRule.Live);

    private static readonly Key<Option<Secret>> PrivateKey = Key.Optional("key", Hidden("path or secret"),
        "The private key, PEM: the path of its file, \"{file:PATH}\", or \"{env:NAME}\".", "By default it is looked for in the certificate's file.");

    private static readonly Key<Option<Secret>> Password =
        Key.Optional("password", Hidden("secret"), "What the private key is encrypted with: \"{env:NAME}\" or \"{file:PATH}\".");

    private static readonly Fields<CertificatePlan> Certificate =
        CertificateOf("The certificate and those that lead to its authority, PEM or PKCS #12.").With(
            Key.Optional("names", ListOf(TextKinds.ServerName), "The names that clients ask for when this one is shown.", "By default those in the certificate."),
            (certificate, names) => certificate with { Names = names });

    private static readonly Key<bool> MinimumVersion =
        Key.Of("minimumVersion", Choice(("1.2", false), ("1.3", true)), false, "The lowest TLS version that is accepted.");

    private static readonly Key<Option<Seq<string>>> CipherSuites = Key.Optional("cipherSuites", ListOf(TextKinds.CipherSuite, "name a suite, or leave the key out"),
        "The suites that TLS 1.2 is spoken with instead of those with ECDHE and AES, by their registered names, the preferred first. Not on Windows.");

    private static readonly Key<ClientCertificates> ClientCertificate = Key.Of("clientCertificate",
        Choice(("none", ClientCertificates.None), ("request", ClientCertificates.Request), ("require", ClientCertificates.Require)), ClientCertificates.None,
        "Whether clients show a certificate, which is verified with clientAuthorities.");

    private static readonly Key<Option<string>> ClientAuthorities =
        Key.Optional("clientAuthorities", TextKinds.FilePath, "The authorities of clients' certificates, PEM.");

    private static readonly Fields<TlsPlan> Tls = Fields.Of(
        Fields.Pointer,
        CertificateOf("The certificate and those that lead to its authority, PEM or PKCS #12 (.pfx, .p12). It is read again when its file changes."),
        Key.List("certificates", Kinds.Object(Certificate), "Further certificates, shown to clients that ask for their names."),
        MinimumVersion,
        CipherSuites,
        ClientCertificate,
        ClientAuthorities,
        (pointer, certificate, more, only13, suites, asked, authorities) =>
            new TlsPlan(pointer, certificate.Cons(more).Strict(), only13, asked, authorities) { CipherSuites = suites.IfNone([]) })
        .Ensure(CipherSuites, scope => MinimumVersion.Find(scope).Exists(only13 => only13)
            ? Some("the suites are those of TLS 1.2, and \"minimumVersion\" is \"1.3\"; leave one of the two out")
            : None)
        .Ensure(ClientCertificate, scope => Asks(scope) && !scope.Writes(ClientAuthorities.Name)
            ? Some("clients' certificates are verified with \"clientAuthorities\", which is missing")
            : None)
        .Ensure(ClientAuthorities, scope => Asks(scope)
            ? None
            : Some("no client is asked for a certificate; write \"clientCertificate\": \"request\" or \"require\""));

    private static readonly Key<ForwardingHeader> Header = Key.Of("header",
        Choice(("none", ForwardingHeader.None), ("X-Forwarded-For", ForwardingHeader.XForwardedFor), ("Forwarded", ForwardingHeader.Forwarded)), ForwardingHeader.None,
        "The header in which they name the client: X-Forwarded-For (and X-Forwarded-Proto), or Forwarded (RFC 7239).");

    private static readonly Key<bool> Protocol =
        Key.Of("protocol", Flag, false, "They begin each connection with a PROXY header, version 1 or 2. Nobody else may connect to the listener.");

    private static readonly Fields<ProxyPolicy> Proxies = Fields.Of(
        Key.Required("trusted", ListOf(TextKinds.Proxy, "at least one proxy is needed"),
            "The addresses of the proxies; \"unix\" for whoever connects to a Unix socket. Nobody else is believed."),
        Header,
        Protocol,
        (trusted, header, protocol) => new ProxyPolicy(
            trusted.Choose(network => network).ToArray().ToSeq(), trusted.Exists(network => network.IsNone), header, protocol))
        .Ensure(scope => Header.Find(scope).Exists(header => header == ForwardingHeader.None) && Protocol.Find(scope).Exists(protocol => !protocol)
            ? [scope.Fault("nothing is asked of the proxies; write \"header\" or \"protocol\"")]
            : []);

    private static readonly Key<string> Name =
        Key.Of("name", TextKinds.Name, "default", "What routes and logs call the listener. Every listener has another name.");

    private static readonly Key<ListenAddress> Address = Key.Of("address", TextKinds.Address, new ListenAddress.Tcp("127.0.0.1", 8080),
        "An IP address, \"localhost\" or \"*\" (every address) with a port, or \"unix:\" with a path. IPv6 addresses stand in brackets. Port 0 takes a free one.");

    /// <summary>A listener.</summary>
    public static Fields<ListenerPlan> Listener { get; } = Fields.Of(
        Name,
        Address,
        Key.Optional("tls", Kinds.Object(Tls), "Serve TLS on this listener."),
        Key.Optional("proxies", Kinds.Object(Proxies.On(ReloadRule.NewConnections)), "Whom to believe about who the client is."),
        Key.Section("addresses", Addresses, "Who may connect to this listener, besides what the server's addresses say."),
        (name, address, tls, proxies, addresses) => new ListenerPlan(name, address) { Tls = tls, Proxies = proxies.IfNone(ProxyPolicy.None), Addresses = addresses })
        .On(ReloadRule.Restart);

    /// <summary>The names of listeners, also of those with other faults.</summary>
    public static Seq<string> Names(Seq<Scope> listeners) => listeners.Choose(Name.Find).Strict();

    /// <summary>The addresses of listeners, also of those with other faults.</summary>
    public static Seq<ListenAddress> AddressesOf(Seq<Scope> listeners) => listeners.Choose(Address.Find).Strict();

    /// <summary>Listeners with the same name or address.</summary>
    public static IEnumerable<Fault> Conflicts(Seq<Scope> listeners)
    {
        var names = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        var addresses = new List<ListenAddress>();
        foreach (var listener in listeners.Filter(listener => listener.Own is not null))
        {
            foreach (var name in Name.Find(listener).Filter(name => !names.Add(name)))
                yield return listener.Fault(Name.Name, $"another listener is named {Quoting.Quote(name)} too");
            foreach (var address in Address.Find(listener))
            {
                if (addresses.Find(address.Overlaps) is { } other)
                    yield return listener.Fault(Address.Name, $"another listener has {Quoting.Quote(other.ToString())} already");
                addresses.Add(address);
            }
        }
    }

    private static bool Asks(Scope tls) => ClientCertificate.Find(tls).Exists(asked => asked != ClientCertificates.None);

    private static Fields<CertificatePlan> CertificateOf(string doc) => Fields.Of(
        Fields.Pointer,
        Key.Required("certificate", TextKinds.FilePath, doc),
        PrivateKey,
        Password,
        (pointer, path, key, password) => new CertificatePlan(pointer, path, key, password, None));
}
