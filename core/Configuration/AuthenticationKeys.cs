using LanguageExt;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Configuration;

/// <summary>The keys that say how clients prove who they are, for the server and for a route.</summary>
internal static class AuthenticationKeys
{
    private static readonly TextFormat SomeText = new("text", "^.+$", t => t.Length == 0 ? "the text must not be empty" : null);
    private static readonly TextFormat Realm = new("text", "^[ -~]+$", TextRules.RealmProblem);
    private static readonly TextFormat Parameter = new("query parameter", "^[^\\u0000-\\u001f]+$",
        t => t.Length == 0 || t.Any(char.IsControl) ? "a query parameter's name is not empty and has no control characters" : null);
    private static readonly TextFormat Prefix = new("start of a subprotocol", "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", TextRules.TokenProblem);
    private static readonly TextFormat FilePath = new("path", "^[^\\u0000-\\u001f]+$", PathText.Problem);
    private static readonly TextFormat PluginId = new("plugin", "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", TextRules.NameProblem);

    private static readonly KeyType Schemes =
        new KeyType.ListOf(new KeyType.Choice(Seq("basic", "bearer", "certificate", "plugin")), 0, "");

    /// <summary>The server's.</summary>
    public static ConfigurationSection Server { get; } = Section("authentication", inherits: false);

    /// <summary>A route's.</summary>
    public static ConfigurationSection Route { get; } = Section("routes[].authentication", inherits: true);

    public static ConfigurationSection Basic(ConfigurationSection of) => Nested(of, "basic");

    public static ConfigurationSection Bearer(ConfigurationSection of) => Nested(of, "bearer");

    public static ConfigurationSection Certificate(ConfigurationSection of) => Nested(of, "certificate");

    public static ConfigurationSection Key(ConfigurationSection bearer) => Item(bearer, "keys");

    public static ConfigurationSection Claim(ConfigurationSection of) => Item(of, "claims");

    private static ConfigurationSection Nested(ConfigurationSection of, string key) => ((KeyType.Section)of[key].Type).Keys;

    private static ConfigurationSection Item(ConfigurationSection of, string key) => ((KeyType.Section)((KeyType.ListOf)of[key].Type).Item).Keys;

    private static ConfigurationSection Section(string title, bool inherits)
    {
        ConfigurationKey Inherited(string name, KeyType type, string byDefault, string text) =>
            new(name, type, inherits ? "" : byDefault, inherits ? text + " By default the server's." : text);
        var keys = Seq(
            new ConfigurationKey("schemes", Schemes, "", inherits
                ? "Which of the ways below, the server's among them, a client may use here; an empty list asks nobody. By default the server's, and those written here."
                : "Which of the ways below a client may use; an empty list asks nobody. By default all that are written."),
            Inherited("anonymous", new KeyType.Flag(), "false", "Clients that show no credential are served too, without a user; otherwise 401."),
            Inherited("realm", new KeyType.Text(Realm), "\"PluginHost\"", "What users are told they log in to."),
            Inherited("basic", new KeyType.Section(BasicSection(title)), "", "HTTP Basic: names and passwords (RFC 7617)."),
            Inherited("bearer", new KeyType.Section(BearerSection(title)), "", "Bearer tokens (RFC 6750): signed JSON Web Tokens (RFC 7519)."),
            Inherited("certificate", new KeyType.Section(CertificateSection(title)), "",
                "Certificates of the TLS handshake, from listeners whose tls.clientCertificate asks for them."),
            Inherited("plugin", new KeyType.Text(PluginId), "", "The plugin that decides about clients that show no other credential."),
            Inherited("users", Texts, "", inherits ? "Only these users may connect; others get 403." : "Only these users may connect; others get 403. By default all."),
            Inherited("roles", Texts, "",
                inherits ? "Only users with one of these roles may connect; others get 403." : "Only users with one of these roles may connect; others get 403. By default all."),
            Inherited("claims", new KeyType.ListOf(new KeyType.Section(ClaimSection(title)), 0, ""), "",
                "What a user's token, or whatever else it is known by, must say, each; otherwise 403."));
        return new ConfigurationSection(title, inherits
            ? keys
            : keys.Add(new ConfigurationKey("concurrency", new KeyType.Whole(1, 1024), "",
                "Passwords and tokens that are verified at the same time; others wait. By default half as many as there are processors, at least one.")));
    }

    private static KeyType Texts => new KeyType.ListOf(new KeyType.Text(SomeText), 0, "");

    private static ConfigurationSection BasicSection(string title) => new(title + ".basic", Seq1(
        new ConfigurationKey("users", new KeyType.Text(FilePath), "",
            "The file of users, a line each; the command hash-password makes one. It is read again when it changes.")
        { Required = true }));

    private static ConfigurationSection BearerSection(string title) => new(title + ".bearer", Seq(
        new ConfigurationKey("keys", new KeyType.ListOf(new KeyType.Section(KeySection(title)), 1, "at least one key is needed"), "",
            "Whose signature counts. Files are read again when they change.")
        { Required = true },
        new ConfigurationKey("issuers", Texts, "", "Who may have issued a token (iss). By default anybody whose key counts."),
        new ConfigurationKey("audiences", Texts, "", "Whom a token may be for (aud). By default only tokens count that name nobody."),
        new ConfigurationKey("clockSkew", new KeyType.Duration(TimeSpan.Zero, TimeSpan.FromMinutes(10)), "\"30s\"",
            "How far the issuer's clock and this one's may be apart."),
        new ConfigurationKey("requireExpiry", new KeyType.Flag(), "true", "A token without a time at which it expires (exp) does not count."),
        new ConfigurationKey("nameClaim", new KeyType.Text(SomeText), "\"sub\"", "The claim that is the user's name."),
        new ConfigurationKey("rolesClaim", new KeyType.Text(SomeText), "\"roles\"", "The claim that holds the user's roles."),
        new ConfigurationKey("query", new KeyType.Text(Parameter), "",
            "The query parameter that may carry a token, for clients that cannot send the header. By default none."),
        new ConfigurationKey("subprotocol", new KeyType.Text(Prefix), "",
            "What an offered subprotocol begins with that carries a token, such as \"bearer.\". By default none.")));

    private static ConfigurationSection KeySection(string title) => new(title + ".bearer.keys[]", Seq(
        new ConfigurationKey("publicKey", new KeyType.Text(FilePath), "",
            "A public key or certificate, PEM: RSA for RS256, P-256 for ES256."),
        new ConfigurationKey("jwks", new KeyType.Text(FilePath), "", "A JSON Web Key Set."),
        new ConfigurationKey("secret", new KeyType.Secret("secret"), "",
            "A secret for HS256, of 32 bytes at least: \"{env:NAME}\" or \"{file:PATH}\"."),
        new ConfigurationKey("id", new KeyType.Text(SomeText), "",
            "The key id (kid) of tokens that are signed with it; a key set has its own. By default any.")));

    private static ConfigurationSection CertificateSection(string title) => new(title + ".certificate", Seq(
        new ConfigurationKey("userName", new KeyType.Choice(Seq("subject", "commonName", "alternativeName")), "\"subject\"",
            "Which name in the certificate is the user's: the whole subject, its common name, or the first subject alternative name."),
        new ConfigurationKey("allow", Texts, "",
            "Subjects (\"CN=charger-17, O=Example\") or alternative names (\"dns:charger-17.example.com\") of which a certificate must have one. "
            + "By default every certificate that verifies counts.")));

    private static ConfigurationSection ClaimSection(string title) => new(title + ".claims[]", Seq(
        new ConfigurationKey("name", new KeyType.Text(SomeText), "", "The claim.") { Required = true },
        new ConfigurationKey("values", Texts, "", "One of these must be among its values. By default any value will do.")));
}
