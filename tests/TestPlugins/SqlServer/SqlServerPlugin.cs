using Microsoft.Data.SqlClient;
using PluginHost.Abstractions;

namespace TestPlugins.SqlServer;

/// <summary>Tries to reach a database on the port that the message names. Its client refuses to work without cultures.</summary>
public sealed class SqlServerPlugin : Plugin
{
    public override PluginDescription Describe() => new("SQL Server", "1.0", [Handler.Pure("sql-server", new ReachHandler())]);
}

public sealed class ReachHandler : PureHandler<int>
{
    public override Step<int> Open(HandshakeInfo handshake) => Step.To(0);

    public override Step<int> Next(int state, Event e)
    {
        var settings = new SqlConnectionStringBuilder { DataSource = $"tcp:127.0.0.1,{e.Message}", ConnectTimeout = 5, Encrypt = false, ConnectRetryCount = 0 };
        using var connection = new SqlConnection(settings.ConnectionString);
        try
        {
            connection.Open();
            return Step.To(state, Command.SendText("open"));
        }
        catch (SqlException exception)
        {
            return Step.To(state, Command.SendText(exception.Message));
        }
    }
}
