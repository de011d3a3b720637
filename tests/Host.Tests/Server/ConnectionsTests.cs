using System.Text;
using PluginHost.Abstractions;
using PluginHost.Server.Connections;
using PluginHost.Server.Transports.Memory;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Server;

/// <summary>The connections of a plugin: found by id, key and user.</summary>
public sealed class ConnectionsTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static string Hex(string text) => $"81{Encoding.ASCII.GetByteCount(text):X2}{Convert.ToHexString(Encoding.ASCII.GetBytes(text))}";

    private static HandlerDescription Points(KeyConflict conflict, TaskCompletionSource? answers = null) => Handler.Session("ocpp", own => new SessionOf(own)
    {
        Asked = async (_, question, call) =>
        {
            var text = Encoding.ASCII.GetString(question.Span);
            if (text == "throw") throw new InvalidOperationException("asked");
            if (text == "nothing") return null;
            await call.OverlapAsync();
            if (answers is not null) await answers.Task.WaitAsync(call.Cancellation);
            return Encoding.ASCII.GetBytes($"{text}!");
        },
    }).WithOverlappingCalls(8)
        .WithDecision(info => info.QueryValue("user") is { } name ? HandshakeDecision.AcceptAs(name) : HandshakeDecision.Accept)
        .WithKey(info => info.QueryValue("id") ?? info.User?.Name, conflict);

    private static PluginConnections Of(ManualServer server, string plugin = "test") => new(server.Directory, plugin);

    /// <summary>A handshake that may take a turn of another thread; its status line.</summary>
    private static async Task<(MemoryClient Client, string Head)> OpenAsync(ManualServer server, string path)
    {
        var client = server.Connect();
        client.Write(Request(path, "ocpp"));
        var head = "";
        await server.Until(() => (head += ManualServer.Latin1(client.ReadAvailable())).Contains("\r\n", StringComparison.Ordinal), "no answer");
        return (client, head[..head.IndexOf('\r', StringComparison.Ordinal)]);
    }

    private static async Task<T> Done<T>(ManualServer server, ValueTask<T> task)
    {
        var awaited = task.AsTask();
        await server.Until(() => awaited.IsCompleted, "not done");
        return await awaited;
    }

    [Fact]
    public async Task Connections_are_found_by_id_key_and_user_and_no_longer_once_they_are_gone()
    {
        var server = new ManualServer([Points(KeyConflict.KeepBoth), .. TestHandlers.Echoes]);
        var (first, _) = await OpenAsync(server, "/?id=cp1&user=ann");
        var (second, _) = await OpenAsync(server, "/?id=cp1&user=bob");
        var (third, _) = await OpenAsync(server, "/?user=ann");
        server.Open("echo");
        var connections = Of(server);
        Task<int> Count(ConnectionTarget target) => Done(server, connections.CountAsync(target, None));
        Assert.Equal(4, await Count(ConnectionTarget.All));
        Assert.Equal((2, 2, 1, 1, 0), (await Count(ConnectionTarget.Key("cp1")), await Count(ConnectionTarget.User("ann")), await Count(ConnectionTarget.User("bob")),
            await Count(ConnectionTarget.Key("ann")), await Count(ConnectionTarget.Key("cp2"))));
        var infos = await Done(server, connections.ListAsync(ConnectionTarget.Key("cp1"), None));
        Assert.Equal([("ocpp", "cp1", "ann"), ("ocpp", "cp1", "bob")], infos.Select(info => (info.Subprotocol, info.Key, info.User)));
        Assert.Equal(1, await Count(ConnectionTarget.Id(infos[0].Id)));
        Assert.Equal(0, await Count(ConnectionTarget.Id(infos[0].Id with { Server = 999_999 })));
        Assert.Equal(infos[0].Id, ConnectionId.Parse(infos[0].Id.ToString()));
        // Another plugin's are nobody's business.
        Assert.Equal(0, await Done(server, Of(server, "other").CountAsync(ConnectionTarget.All, None)));
        Assert.Equal(0, await Done(server, Of(server, "other").CountAsync(ConnectionTarget.Key("cp1"), None)));
        foreach (var client in (MemoryClient[])[first, second, third]) client.Break();
        server.Turn();
        Assert.Equal(1, await Count(ConnectionTarget.All));
        Assert.Equal(0, server.Directory.Count);
    }

    [Fact]
    public async Task What_is_sent_reaches_them_in_order_with_what_their_handlers_send_and_they_are_closed()
    {
        var server = new ManualServer([Points(KeyConflict.KeepBoth)]);
        var (client, _) = await OpenAsync(server, "/?id=cp1");
        var connections = Of(server);
        Assert.Equal(1, await Done(server, connections.SendAsync(ConnectionTarget.Key("cp1"), OutgoingMessage.Text("a"), None)));
        Assert.Equal(1, await Done(server, connections.SendAsync(ConnectionTarget.All, OutgoingMessage.Binary(new byte[] { 7 }), None)));
        Assert.Equal(Hex("a") + "820107", ManualServer.Hex(client));
        Assert.Equal(1, await Done(server, connections.CloseAsync(ConnectionTarget.Key("cp1"), 4000, "bye", None)));
        Assert.Equal("88050FA0" + Convert.ToHexString("bye"u8), ManualServer.Hex(client));
        Assert.Equal(0, await Done(server, connections.SendAsync(ConnectionTarget.Key("cp1"), OutgoingMessage.Text("late"), None)));
        Assert.Throws<ArgumentException>(() => { _ = connections.SendAsync(ConnectionTarget.All, OutgoingMessage.None, None); });
        Assert.Throws<ArgumentException>(() => { _ = connections.SendAsync(ConnectionTarget.All, OutgoingMessage.Text(new byte[] { 0xFF }), None); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = connections.CloseAsync(ConnectionTarget.All, 1005, "", None); });
    }

    [Fact]
    public async Task The_newer_connection_of_a_key_replaces_the_older_one()
    {
        var server = new ManualServer([Points(KeyConflict.ReplaceOlder)]);
        var (older, _) = await OpenAsync(server, "/?id=cp1");
        var (newer, head) = await OpenAsync(server, "/?id=cp1");
        Assert.StartsWith("HTTP/1.1 101", head, StringComparison.Ordinal);
        server.Turn();
        Assert.Equal("882003F0" + Convert.ToHexString("replaced by a newer connection"u8), ManualServer.Hex(older));
        server.Say(older, Close(1008, ""));
        Assert.Equal(1, await Done(server, Of(server).CountAsync(ConnectionTarget.Key("cp1"), None)));
        Assert.Equal(1, await Done(server, Of(server).SendAsync(ConnectionTarget.Key("cp1"), OutgoingMessage.Text("x"), None)));
        Assert.Equal(Hex("x"), ManualServer.Hex(newer));
    }

    [Fact]
    public async Task Of_many_that_come_at_once_with_a_key_exactly_one_stays()
    {
        var server = new ManualServer([Points(KeyConflict.ReplaceOlder)]);
        var clients = Enumerable.Range(0, 20).Select(_ => server.Connect()).ToArray();
        foreach (var client in clients) client.Write(Request("/?id=cp1", "ocpp"));
        await server.Until(() => server.Connections.Count(connection => connection.Phase == Core.Protocol.Connection.Phase.Open) == 1
            && server.Connections.All(connection => !connection.AwaitsDecision), "more than one is open");
        for (var i = 0; i < 20; i++) server.Turn();
        Assert.Equal(1, await Done(server, Of(server).CountAsync(ConnectionTarget.Key("cp1"), None)));
        foreach (var client in clients) client.Break();
        server.Turn();
        Assert.Equal(0, server.Directory.Count);
    }

    [Fact]
    public async Task A_newer_connection_is_refused_with_409_where_the_handler_says_so_and_the_key_is_free_again_after_the_older_one()
    {
        var server = new ManualServer([Points(KeyConflict.RefuseNewer)]);
        var (older, _) = await OpenAsync(server, "/?id=cp1");
        Assert.StartsWith("HTTP/1.1 409", (await OpenAsync(server, "/?id=cp1")).Head, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 101", (await OpenAsync(server, "/?id=cp2")).Head, StringComparison.Ordinal);
        older.Break();
        server.Turn();
        Assert.StartsWith("HTTP/1.1 101", (await OpenAsync(server, "/?id=cp1")).Head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_cannot_be_made_refuses_with_500_and_is_a_fault()
    {
        var server = new ManualServer([Handler.Inline("ocpp", own => new InlineOf(own)).WithKey(
            info => info.QueryValue("id") is { } id ? new string('x', int.Parse(id, System.Globalization.CultureInfo.InvariantCulture)) : throw new FormatException("no id"),
            KeyConflict.KeepBoth)]);
        Assert.StartsWith("HTTP/1.1 500", (await OpenAsync(server, "/")).Head, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 500", (await OpenAsync(server, "/?id=257")).Head, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 101", (await OpenAsync(server, "/?id=256")).Head, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 101", (await OpenAsync(server, "/?id=0")).Head, StringComparison.Ordinal);
        Assert.Equal(2, server.Guard("ocpp").Counters.Faults);
    }

    [Fact]
    public async Task A_question_is_answered_by_the_handler_of_the_newest_and_by_nobody_where_nobody_can()
    {
        var server = new ManualServer([Points(KeyConflict.KeepBoth), .. TestHandlers.Echoes]);
        var connections = Of(server);
        async Task<string?> Ask(ConnectionTarget target, string question) =>
            await Done(server, connections.AskAsync(target, Encoding.ASCII.GetBytes(question), None)) is { } answer ? Encoding.ASCII.GetString(answer.Span) : null;
        Assert.Null(await Ask(ConnectionTarget.Key("cp1"), "who"));
        await OpenAsync(server, "/?id=cp1");
        Assert.Equal("who!", await Ask(ConnectionTarget.Key("cp1"), "who"));
        Assert.Null(await Ask(ConnectionTarget.Key("cp1"), "nothing"));
        Assert.Null(await Ask(ConnectionTarget.Key("cp1"), "throw"));
        await server.Until(() => server.Lines.Any(line => line.Contains("InvalidOperationException: asked", StringComparison.Ordinal)), "not blamed");
        Assert.Null(await Ask(ConnectionTarget.Key("cp1"), "who")); // it was closed with 1011
        server.Open("echo");
        Assert.Null(await Ask(ConnectionTarget.All, "who")); // a pure handler is not asked
    }

    [Fact]
    public async Task A_question_that_is_not_answered_ends_with_its_connection_or_with_the_wait()
    {
        var answers = new TaskCompletionSource();
        var server = new ManualServer([Points(KeyConflict.KeepBoth, answers)]);
        var (client, _) = await OpenAsync(server, "/?id=cp1");
        var connections = Of(server);
        using var wait = new CancellationTokenSource();
        var impatient = connections.AskAsync(ConnectionTarget.Key("cp1"), "a"u8.ToArray(), wait.Token).AsTask();
        var patient = connections.AskAsync(ConnectionTarget.Key("cp1"), "b"u8.ToArray(), None).AsTask();
        server.Turn();
        wait.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        client.Break();
        await server.Until(() => patient.IsCompleted, "not over");
        Assert.Null(await patient);
        Assert.DoesNotContain(server.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public void A_target_and_an_id_say_what_they_are()
    {
        Assert.Equal(["all", "a-ff", "Key cp1", "User ann"], ((ConnectionTarget[])
            [ConnectionTarget.All, ConnectionTarget.Id(new ConnectionId(10, 255)), ConnectionTarget.Key("cp1"), ConnectionTarget.User("ann")]).Select(target => target.ToString()));
        foreach (var bad in (string[])["", "-", "1", "1-", "x-1", "1-x", "1-2-3"]) Assert.Throws<FormatException>(() => ConnectionId.Parse(bad));
        Assert.Throws<ArgumentException>(() => ConnectionTarget.Key(""));
    }
}
