using System.Collections.Concurrent;
using System.Text.Json;
using LanguageExt;
using PluginHost.Abstractions;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Server.Authentication;
using PluginHost.Server.Transports.Memory;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Authentication;

/// <summary>A server in memory, with a clock of the test's, whose clients prove who they are with files of its own.</summary>
internal sealed class AuthServer : IDisposable
{
    public const string Password = "correct horse";

    private readonly TempFolder _folder = new();

    /// <summary>Makes it.</summary>
    /// <param name="authentication">The object behind <c>authentication</c>.</param>
    /// <param name="more">More members of the configuration, with a comma before each.</param>
    /// <param name="authenticators">Plugins that authenticate, by id.</param>
    public AuthServer(
        string authentication,
        string more = "",
        IReadOnlyDictionary<string, Func<HandshakeInfo, CancellationToken, ValueTask<HandshakeDecision>>>? authenticators = null)
    {
        _folder.Write("users", UserLine("ann", Password, "admin") + "\n" + UserLine("größe", "пароль ✓") + "\n");
        _folder.Write("secret", Tokens.SecretText + "\n");
        _folder.Write("rsa.pem", Tokens.Rsa.ExportSubjectPublicKeyInfoPem());
        _folder.Write("ec.pem", Tokens.Ec.ExportSubjectPublicKeyInfoPem());
        HandlerDescription Record(string token) => Handler.Inline(token, own => new InlineOf(own) { Opened = session => Seen.Enqueue(session.Handshake), Message = (session, message) => session.Send(message) });
        Server = new ManualServer(
            [Record("echo"), Record("chat.v1")], $$"""{ "authentication": {{authentication}}{{more}} }""", folder: _folder.Path, authenticators: authenticators);
    }

    /// <summary>The server.</summary>
    public ManualServer Server { get; }

    /// <summary>Its folder.</summary>
    public TempFolder Folder => _folder;

    /// <summary>The handshakes that handlers have seen.</summary>
    public ConcurrentQueue<HandshakeInfo> Seen { get; } = new();

    /// <summary>The only user that was served.</summary>
    public User? User => Assert.Single(Seen).User;

    /// <summary>A line of a file of users, cheap to verify.</summary>
    public static string UserLine(string user, string password, params string[] roles) => new PasswordEntry(
        user, PasswordHashing.Make(password, PasswordAlgorithm.Sha256, PasswordHash.MinIterations), roles.ToSeq().Strict()).ToString();

    /// <summary>A client that has asked.</summary>
    public MemoryClient Ask(string path = "/", string? protocol = "echo", string more = "")
    {
        var client = Server.Connect();
        client.Write(ClientFrames.Request(path, protocol, more));
        Server.Turn();
        return client;
    }

    /// <summary>What a client is answered.</summary>
    public Task<string> AnswerAsync(string path = "/", string? protocol = "echo", string more = "") => AnswerAsync(Ask(path, protocol, more));

    /// <summary>What a client that has asked is answered.</summary>
    public async Task<string> AnswerAsync(MemoryClient client)
    {
        var answer = "";
        await Server.Until(() => (answer += ManualServer.Latin1(client.ReadAvailable())).Contains("\r\n\r\n", StringComparison.Ordinal), "there is no answer");
        return answer;
    }

    /// <summary>The status that a client is answered with.</summary>
    public async Task<int> StatusAsync(string path = "/", string? protocol = "echo", string more = "") =>
        int.Parse((await AnswerAsync(path, protocol, more)).AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The header of a name and password.</summary>
    public static string Basic(string user, string password) => $"Authorization: Basic {Credentials.WriteBasic(user, password)}\r\n";

    /// <summary>The header of a token.</summary>
    public static string Bearer(string token) => $"Authorization: Bearer {token}\r\n";

    /// <summary>The time of the server.</summary>
    public DateTimeOffset Now => Server.UtcNow;

    /// <summary>A secret is nowhere: neither in what handlers have seen nor in the log.</summary>
    public void AssertHidden(string secret)
    {
        foreach (var info in Seen)
        {
            Assert.DoesNotContain(secret, JsonSerializer.Serialize(new { info.Headers, info.Query, info.QueryValues, info.OfferedSubprotocols, info.RawPath, info.Path, info.Subprotocol }), StringComparison.Ordinal);
            Assert.DoesNotContain(secret, info.ToString(), StringComparison.Ordinal);
        }
        Assert.All(Server.Lines, line => Assert.DoesNotContain(secret, line, StringComparison.Ordinal));
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}
