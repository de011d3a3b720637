using LanguageExt;
using PluginHost.Core.Configuration;
using static PluginHost.Core.Tests.Configuration.Reading;

namespace PluginHost.Core.Tests.Configuration;

public class GuardedFilesTests
{
    [Fact]
    public void Every_file_of_users_keys_and_secrets_is_found()
    {
        var plan = Plan("""
            {
              "listeners": [{ "name": "a", "tls": {
                "certificate": "both.pem", "clientCertificate": "request", "clientAuthorities": "ca.pem", "password": "{file:password}",
                "certificates": [{ "certificate": "cert.pem", "key": "key.pem" }, { "certificate": "cert2.pem", "key": "{env:KEY}" }] } }],
              "authentication": { "basic": { "users": "users" }, "bearer": { "keys": [
                { "publicKey": "rsa.pem" }, { "jwks": "keys.json" }, { "secret": "{file:secret}" }, { "secret": "written here, and long enough for it" }] }, "schemes": ["basic", "bearer"] },
              "routes": [{ "path": "/" }, { "path": "/b", "authentication": { "basic": { "users": "others" }, "schemes": ["basic"] } }],
              "plugins": { "entries": { "chat": { "options": { "token": "{file:token}", "name": "x" } } } }
            }
            """);

        Assert.Equal(
            [
                ("/authentication/basic/users", "users", false), ("/authentication/bearer/keys/0/publicKey", "rsa.pem", false),
                ("/authentication/bearer/keys/1/jwks", "keys.json", false), ("/authentication/bearer/keys/2/secret", "secret", true),
                ("/listeners/0/tls/certificate", "both.pem", true), ("/listeners/0/tls/certificates/0/certificate", "cert.pem", false),
                ("/listeners/0/tls/certificates/0/key", "key.pem", true), ("/listeners/0/tls/certificates/1/certificate", "cert2.pem", false),
                ("/listeners/0/tls/clientAuthorities", "ca.pem", false), ("/listeners/0/tls/password", "password", true),
                ("/plugins/entries/chat/options/token", "token", true), ("/routes/1/authentication/basic/users", "others", false),
            ],
            GuardedFiles.Of(plan).Map(file => (file.Pointer, file.Path, file.IsSecret)).OrderBy(file => file.Pointer, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(false, false, false, null)]
    [InlineData(false, true, false, null)]
    [InlineData(false, false, true, "/x (/p): everybody on this machine may write it; take that away with chmod o-w")]
    [InlineData(false, true, true, "/x (/p): everybody on this machine may write it; take that away with chmod o-w")]
    [InlineData(true, false, false, null)]
    [InlineData(true, true, false, "/x (/p): everybody on this machine may read it; take that away with chmod o-r")]
    [InlineData(true, false, true, "/x (/p): everybody on this machine may write it; take that away with chmod o-w")]
    [InlineData(true, true, true, "/x (/p): everybody on this machine may read and write it; take that away with chmod o-rw")]
    public void What_everybody_may_do_is_said(bool secret, bool read, bool write, string? note) =>
        Assert.Equal(note, GuardedFiles.Note(new GuardedFile("/p", "/x", secret), read, write).MatchUnsafe<string?>(text => text, () => null));
}
