using LanguageExt;
using PluginHost.Core.Configuration;
using PluginHost.Core.Routing;
using PluginHost.Loading;
using PluginHost.Server;

namespace PluginHost;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        var plan = ConfigurationReader.Read(System.Text.Encoding.UTF8.GetBytes(args[0])).Match(p => p, e => throw new Exception(string.Join("\n", e)));
        var set = PluginLoader.Load(PluginSources.Default(AppContext.BaseDirectory)).Match(s => s, p => throw new Exception(string.Join("\n", p)));
        await set.StartAsync(TimeProvider.System, (_, _, m) => Console.WriteLine(m), default);
        var bound = PlanValidation.Bind(plan, set.Handlers.Select(h => new RegisteredHandler(h.Key, h.Value.Plugin.Id, h.Value.Plugin.File)).ToSeq()).Match(b => b, e => throw new Exception(string.Join("\n", e)));
        var log = new ServerLog(LogLevel.Debug, (_, l) => Console.WriteLine(l));
        var kind = args.Length > 1 ? Enum.Parse<TransportKind>(args[1]) : TransportKind.Default;
        var server = WebSocketServer.Start(new ServerOptions(kind, args.Length > 2 ? int.Parse(args[2]) : 0, ".", () => Environment.TickCount64, log), bound, set.Handlers).Match(s => s, e => throw new Exception(string.Join("\n", e)));
        foreach (var l in server.Listeners) Console.WriteLine(l);
        var stop = new TaskCompletionSource();
        using var _ = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, c => { c.Cancel = true; stop.TrySetResult(); });
        await stop.Task;
        Console.WriteLine(await server.StopAsync(default));
        return 0;
    }
}
