namespace PluginHost.Tests.Systemd;

/// <summary>The shipped units, as <c>systemd-analyze</c> reads them.</summary>
public sealed class UnitTests
{
    [SystemdFact("systemd-analyze")]
    public async Task The_units_are_correct()
    {
        using var folder = new TempFolder();
        var units = Directory.EnumerateFiles(SystemdTools.Units).Select(file => folder.Write(
            Path.GetFileName(file), File.ReadAllText(file).Replace("/opt/pluginhost/PluginHost", "/bin/sh", StringComparison.Ordinal))).ToArray();
        Assert.Equal(["pluginhost.service", "pluginhost.socket"], units.Select(Path.GetFileName).Order());

        var end = await SystemdTools.RunAsync("systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", .. units]);

        // Other units of this machine may have faults of their own.
        Assert.DoesNotContain(end.Problems, line => line.Contains("pluginhost", StringComparison.Ordinal));
        Assert.Equal(0, end.ExitCode);
    }

    [SystemdFact("systemd-analyze")]
    public async Task The_service_is_confined()
    {
        // Of 100, where 100 is a service without any limits. 252 says 11; others look at other things.
        var end = await SystemdTools.RunAsync(
            "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=15", Path.Combine(SystemdTools.Units, "pluginhost.service"));

        Assert.True(end.ExitCode == 0, end.Output + end.Error);
    }
}
