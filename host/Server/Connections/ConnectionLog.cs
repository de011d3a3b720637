using System.Globalization;
using PluginHost.Abstractions;

namespace PluginHost.Server.Connections;

/// <summary>A plugin's log for one connection: its lines say which, whose and by which handler.</summary>
internal sealed class ConnectionLog : PluginLog
{
    private readonly PluginLog _log;

    public ConnectionLog(Connection connection, PluginLog log)
    {
        var handler = connection.Handler!;
        log = log.With("connection", connection.Id.ToString(CultureInfo.InvariantCulture)).With("handler", handler.Served.Token);
        _log = handler.User is { } user ? log.With("user", user) : log;
    }

    public override bool IsEnabled(PluginLogLevel level) => _log.IsEnabled(level);

    public override void Write(LogEntry entry) => _log.Write(entry);

    public override PluginLog With(string name, string value) => _log.With(name, value);
}
