using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using LanguageExt;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server;
using PluginHost.Server.Logging;
using PluginHost.Tests.Cli;
using PluginHost.Tests.Server;
using static LanguageExt.Prelude;

namespace PluginHost.Tests.Scripting;

/// <summary>A running server whose configuration and scripts lie in a folder of its own.</summary>
internal sealed class ScriptServer : IAsyncDisposable
{
    private readonly TempFolder _program = new();
    private readonly RunningServer _host;

    private ScriptServer(TempFolder folder, RunningServer host, ConcurrentQueue<string> lines) => (Folder, _host, Lines) = (folder, host, lines);

    /// <summary>Where <c>plugins.json</c> and <c>scripts/</c> are.</summary>
    public TempFolder Folder { get; }

    /// <summary>What was logged, by the server and by scripts.</summary>
    public ConcurrentQueue<string> Lines { get; }

    /// <summary>Starts with one script, <c>scripts/test.sbn</c>, that serves <c>test</c>.</summary>
    public static Task<ScriptServer> StartAsync(string script, string settings = "{}") =>
        StartAsync(settings, ("test.sbn", "{{# protocols: test ~}}\n" + script));

    /// <summary>Starts with scripts.</summary>
    public static Task<ScriptServer> StartAsync(string settings, params (string File, string Text)[] scripts) => StartAsync(new TempFolder(), settings, scripts);

    /// <summary>Starts with scripts in a folder that may hold plugins and files of users already.</summary>
    public static async Task<ScriptServer> StartAsync(TempFolder folder, string settings, params (string File, string Text)[] scripts)
    {
        foreach (var (file, text) in scripts) folder.Write("scripts/" + file, text);
        folder.Write("plugins.json", settings);
        var lines = new ConcurrentQueue<string>();
        var prepared = Prepare(folder).IfLeft(problems => throw new InvalidOperationException(string.Join('\n', problems)));
        var host = await RunningServer.StartAsync(prepared, new StartOptions { Loggers = new Loggers(lines), Loops = 1 }, CancellationToken.None);
        return new ScriptServer(folder, host.IfLeft(problems => throw new InvalidOperationException(string.Join('\n', problems))), lines);
    }

    /// <summary>Everything that a start checks; the folder of the program is empty.</summary>
    public static Either<Seq<StartupProblem>, Prepared> Prepare(TempFolder folder) => Preparation.Prepare(new StartupSettings(
        folder["plugins.json"], Seq1<ListenAddress>(new ListenAddress.Tcp("127.0.0.1", 0)), folder.Path, folder.Make("program")));

    /// <summary>A client.</summary>
    public Task<ClientWebSocket> ConnectAsync(string protocol = "test", string path = "/") =>
        Served.ConnectAsync(Url + path, protocol);

    /// <summary>Where it listens.</summary>
    public string Url => _host.Listeners[0].Url;

    /// <summary>Waits for a line of the log.</summary>
    public async Task<string> LineAsync(string part)
    {
        await Wait.Until(() => Lines.Any(IsIt), () => $"no line with {part}:\n{string.Join('\n', Lines)}");
        return Lines.First(IsIt);

        bool IsIt(string line) => line.Contains(part, StringComparison.Ordinal);
    }

    /// <summary>Gathers lines; those of a plugin begin with its id.</summary>
    private sealed class Loggers(ConcurrentQueue<string> lines) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName)
        {
            var plugin = categoryName == LogCategories.Server ? "" : categoryName[LogCategories.Plugins.Length..] + " ";
            return new LineLogger(LogLevel.Debug, (level, line) => lines.Enqueue($"{plugin}{level}: {line}"));
        }

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose() { }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Folder.Dispose();
        _program.Dispose();
    }
}

/// <summary>What tests of scripts do with clients.</summary>
internal static class ScriptClient
{
    /// <summary>Sends a text.</summary>
    public static Task SayAsync(this ClientWebSocket client, string text) =>
        client.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Served.Limit());

    /// <summary>The next message, as text; for a close, <c>close 1000 reason</c>.</summary>
    public static async Task<string> HearAsync(this ClientWebSocket client)
    {
        var buffer = new byte[65536];
        var received = await client.ReceiveAsync(buffer, Served.Limit());
        return received.MessageType == WebSocketMessageType.Close
            ? $"close {(int)received.CloseStatus!} {received.CloseStatusDescription}".TrimEnd()
            : Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
