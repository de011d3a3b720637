namespace PluginHost.Cli.Terminal;

/// <summary>What the process answers with.</summary>
internal static class ExitCode
{
    /// <summary>It went well.</summary>
    public const int Ok = 0;

    /// <summary>The server did not start, the configuration has problems, or a connection was refused.</summary>
    public const int Problem = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;
}
