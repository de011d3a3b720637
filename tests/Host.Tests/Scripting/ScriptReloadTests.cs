using System.Net.WebSockets;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Tests.Authentication;
using PluginHost.Tests.Cli;
using PluginHost.Tests.Loading;

namespace PluginHost.Tests.Scripting;

/// <summary>Scripts that change while they are served.</summary>
public sealed class ScriptReloadTests
{
    [Fact]
    public async Task New_connections_use_the_new_text_and_open_ones_keep_theirs()
    {
        await using var server = await ScriptServer.StartAsync("old {{ state.n = (state.n ?? 0) + 1; state.n }}");
        using var old = await server.ConnectAsync();
        Assert.Equal("old 1", await old.AskAsync("x"));
        Write(server, "test", "{{# protocols: test ~}}new");
        await server.LineAsync("scripts/test.sbn was read again: new connections to test use it");
        using var fresh = await server.ConnectAsync();
        Assert.Equal("new", await fresh.AskAsync("x"));
        Assert.Equal("old 2", await old.AskAsync("x"));
    }

    [Fact]
    public async Task A_broken_file_keeps_the_old_one_and_says_why()
    {
        await using var server = await ScriptServer.StartAsync("old");
        Write(server, "test", "{{# protocols: test ~}}\n{{ 1 + }}");
        var line = await server.LineAsync("was refused");
        Assert.StartsWith("Error: scripts/test.sbn was refused, the version before is kept: scripts/test.sbn:2:8: error: ", line, StringComparison.Ordinal);
        Assert.Contains(" | ", line, StringComparison.Ordinal);
        Assert.Contains("^", line, StringComparison.Ordinal);
        using var client = await server.ConnectAsync();
        Assert.Equal("old", await client.AskAsync("x"));

        Write(server, "test", "{{# protocols: test ~}}mended");
        await server.LineAsync("was read again");
        using var fresh = await server.ConnectAsync();
        Assert.Equal("mended", await fresh.AskAsync("x"));
    }

    [Fact]
    public async Task Only_files_that_have_changed_are_spoken_of_and_once()
    {
        await using var server = await ScriptServer.StartAsync("{}",
            ("quiet.sbn", "{{# protocols: quiet ~}}still"), ("broken.sbn", "{{# protocols: broken ~}}whole"), ("parts/quiet.sbn", "still"));
        Write(server, "broken", "{{# protocols: broken ~}}{{ 1 + }}{{ ) }}");
        await server.LineAsync("Error: scripts/broken.sbn was refused, the version before is kept: scripts/broken.sbn:1:33: error: ");
        Write(server, "new", "{{# protocols: new ~}}new");
        await server.LineAsync("scripts/new.sbn is new: it serves new");
        File.Delete(server.Folder["scripts", "new.sbn"]);
        await server.LineAsync("scripts/new.sbn is gone: new is served no longer");
        Write(server, "broken", "{{# protocols: broken ~}}whole");
        await server.LineAsync("scripts/broken.sbn was read again: new connections to broken use it");
        server.Folder.Write("scripts/parts/quiet.sbn", "{{ 1 + }}");
        await server.LineAsync("Error: parts/quiet.sbn was refused, the version before is kept: parts/quiet.sbn:1:8: error: ");

        Assert.Equal(5, server.Lines.Count(line => line.Contains(".sbn", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_store_survives_another_text_of_the_file_and_ends_with_it()
    {
        await using var server = await ScriptServer.StartAsync("{{ store.add 'n' }}");
        using var old = await server.ConnectAsync();
        using var other = await server.ConnectAsync();
        Assert.Equal("1", await old.AskAsync("x"));
        Assert.Equal("2", await other.AskAsync("x"));
        Write(server, "test", "{{# protocols: test ~}}new {{ store.add 'n' }}");
        await server.LineAsync("was read again");
        using var fresh = await server.ConnectAsync();
        Assert.Equal("new 3", await fresh.AskAsync("x"));
        Assert.Equal("4", await old.AskAsync("x"));
        Write(server, "second", "{{# protocols: second ~}}{{ store.size }}");
        await server.LineAsync("is new");
        using var second = await server.ConnectAsync("second");
        Assert.Equal("0", await second.AskAsync("x"));

        File.Delete(server.Folder["scripts", "test.sbn"]);
        await server.LineAsync("is gone");
        Write(server, "test", "{{# protocols: test ~}}{{ store.add 'n' }}");
        await server.LineAsync("scripts/test.sbn is new");
        using var last = await server.ConnectAsync();
        Assert.Equal("1", await last.AskAsync("x"));
    }

    [Fact]
    public async Task An_interval_publishes_from_the_start_and_as_its_entry_allows()
    {
        await using var server = await ScriptServer.StartAsync(
            """{ "scripts": { "entries": { "clock": { "topics": { "publish": ["clock/#"] } } } } }""",
            ("clock.sbn", "{{## protocols: clock\n interval: 100ms ## ~}}{{ func on_open; subscribe 'clock/tick' history: 1; end\nfunc on_interval; publish 'clock/tick' (store.add 'n') keep: true; publish 'secret' 'x'; end }}"));
        await server.LineAsync("clock.sbn Warning: scripts/clock.sbn: on_interval: topic \"secret\" was refused: forbidden");
        using var client = await server.ConnectAsync("clock");
        var first = int.Parse(await client.AskAsync("x"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(first + 1, int.Parse(await client.AskAsync("x"), System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task An_empty_file_keeps_the_old_one()
    {
        await using var server = await ScriptServer.StartAsync("old");
        Write(server, "test", "");
        await server.LineAsync("script not read, what was served before is kept: ");
        using var client = await server.ConnectAsync();
        Assert.Equal("old", await client.AskAsync("x"));
    }

    [Fact]
    public async Task A_new_file_serves_a_new_subprotocol_and_one_that_is_gone_is_offered_no_longer()
    {
        await using var server = await ScriptServer.StartAsync("first");
        await Assert.ThrowsAsync<WebSocketException>(() => server.ConnectAsync("second"));
        Write(server, "second", "{{# protocols: second ~}}second");
        await server.LineAsync("scripts/second.sbn is new: it serves second");
        using var client = await server.ConnectAsync("second");
        Assert.Equal("second", await client.AskAsync("x"));

        File.Delete(server.Folder["scripts", "second.sbn"]);
        await server.LineAsync("scripts/second.sbn is gone: second is served no longer");
        await Assert.ThrowsAsync<WebSocketException>(() => server.ConnectAsync("second"));
        Assert.Equal("second", await client.AskAsync("x"));
    }

    [Fact]
    public async Task A_new_file_cannot_take_a_subprotocol_away()
    {
        await using var server = await ScriptServer.StartAsync("mine");
        Write(server, "another", "{{# protocols: test ~}}stolen");
        await server.LineAsync("Error: scripts/another.sbn was refused, it is not served: the subprotocol 'test' is claimed by scripts/test.sbn too");
        using var client = await server.ConnectAsync();
        Assert.Equal("mine", await client.AskAsync("x"));
    }

    [Fact]
    public async Task A_folder_that_is_mounted_anew_is_read_again_though_lengths_and_times_are_the_same()
    {
        // As volumes of a cluster's settings are: each file is a link through "..data", which is a link to the folder of the present version.
        var folder = new TempFolder();
        foreach (var version in new[] { "old", "new" })
        {
            folder.Write($"scripts/..{version}/test.sbn", "{{# protocols: test ~}}" + version);
            File.SetLastWriteTimeUtc(folder["scripts", $"..{version}", "test.sbn"], new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        }
        File.CreateSymbolicLink(folder["scripts", "..data"], "..old");
        File.CreateSymbolicLink(folder["scripts", "test.sbn"], "..data/test.sbn");
        await using var server = await ScriptServer.StartAsync(folder, "{}");
        using var old = await server.ConnectAsync();
        Assert.Equal("old", await old.AskAsync("x"));
        File.Delete(folder["scripts", "..data"]);
        File.CreateSymbolicLink(folder["scripts", "..data"], "..new");
        await server.LineAsync("scripts/test.sbn was read again: new connections to test use it");
        using var fresh = await server.ConnectAsync();
        Assert.Equal("new", await fresh.AskAsync("x"));
        Assert.Equal("old", await old.AskAsync("x"));
    }

    [Fact]
    public async Task A_script_that_a_route_needs_is_kept_when_its_file_is_gone()
    {
        await using var server = await ScriptServer.StartAsync("kept", """{ "routes": [{ "path": "/", "protocols": ["test"] }] }""");
        File.Delete(server.Folder["scripts", "test.sbn"]);
        await server.LineAsync("scripts not taken over, what was served before is kept");
        using var client = await server.ConnectAsync();
        Assert.Equal("kept", await client.AskAsync("x"));
    }

    [Fact]
    public async Task What_is_included_is_read_again_too()
    {
        await using var server = await ScriptServer.StartAsync("{}",
            ("test.sbn", "{{# protocols: test ~}}{{ include 'parts/p.sbn' }}"), ("parts/p.sbn", "one"));
        using var old = await server.ConnectAsync();
        Assert.Equal("one", await old.AskAsync("x"));
        server.Folder.Write("scripts/parts/p.sbn", "two, longer");
        await server.LineAsync("parts/p.sbn was read again: new connections use it");
        using var fresh = await server.ConnectAsync();
        Assert.Equal("two, longer", await fresh.AskAsync("x"));
        Assert.Equal("one", await old.AskAsync("x"));
    }

    [Fact]
    public async Task A_folder_that_comes_later_is_found()
    {
        await using var server = await ScriptServer.StartAsync("{}");
        Write(server, "late", "{{# protocols: late ~}}here");
        await server.LineAsync("scripts/late.sbn is new: it serves late");
        using var client = await server.ConnectAsync("late");
        Assert.Equal("here", await client.AskAsync("x"));
    }

    [Fact]
    public async Task Who_had_to_prove_itself_before_has_to_afterwards()
    {
        const string Gate = """
            public class Gate : Plugin
            {
                public override PluginDescription Describe() => new PluginDescription("Gate", "1.0", new HandlerDescription[0]).WithAuthentication(
                    (handshake, _) => new ValueTask<HandshakeDecision>(
                        handshake.QueryValue("ticket") == "good" ? HandshakeDecision.AcceptAs(new User("eve")) : HandshakeDecision.Refuse(403, "no ticket")));
            }
            """;
        var folder = new TempFolder();
        PluginSource.Compile(folder["plugins"], "gate", Gate);
        folder.Write("users", AuthServer.UserLine("ann", AuthServer.Password) + "\n");
        await using var server = await ScriptServer.StartAsync(
            folder,
            """
            { "routes": [{ "path": "/plugin", "authentication": { "plugin": "gate" } }, { "path": "/password", "authentication": { "basic": { "users": "users" } } }] }
            """,
            ("test.sbn", "{{# protocols: test ~}}old"));
        await Asked("old");
        Write(server, "test", "{{# protocols: test ~}}new");
        await server.LineAsync("was read again");
        await Asked("new");

        async Task Asked(string text)
        {
            Assert.Equal((403, ""), await AskAsync("/plugin", null));
            Assert.Equal((101, text), await AskAsync("/plugin?ticket=good", null));
            Assert.Equal((401, ""), await AskAsync("/password", null));
            Assert.Equal((401, ""), await AskAsync("/password", "wrong"));
            Assert.Equal((101, text), await AskAsync("/password", AuthServer.Password));
        }

        async Task<(int Status, string Answer)> AskAsync(string path, string? password)
        {
            using var client = new ClientWebSocket();
            client.Options.CollectHttpResponseDetails = true;
            client.Options.AddSubProtocol("test");
            if (password is not null) client.Options.SetRequestHeader("Authorization", "Basic " + Credentials.WriteBasic("ann", password));
            try
            {
                await client.ConnectAsync(new Uri(server.Url + path), Served.Limit());
            }
            catch (WebSocketException)
            {
                return ((int)client.HttpStatusCode, "");
            }
            return ((int)client.HttpStatusCode, await client.AskAsync("x"));
        }
    }

    private static void Write(ScriptServer server, string id, string text) => server.Folder.Write($"scripts/{id}.sbn", text);
}
