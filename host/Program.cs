using System.Reflection;

namespace PluginHost;

internal static class Program
{
    private static int Main()
    {
        var version = typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        Console.WriteLine($"PluginHost {version}");
        return 0;
    }
}
