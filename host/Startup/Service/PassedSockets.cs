using System.Net.Sockets;
using System.Runtime.InteropServices;
using LanguageExt;
using LanguageExt.ClassInstances;
using PluginHost.Core.Configuration;
using PluginHost.Server;
using static LanguageExt.Prelude;

namespace PluginHost.Startup.Service;

/// <summary>Takes over the sockets that a service manager has opened (socket activation).</summary>
internal static partial class PassedSockets
{
    private const int SetDescriptorFlags = 2; // F_SETFD
    private const int CloseOnExec = 1;

    private static readonly string[] Variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID"];

    /// <summary>The sockets by listener; none where this process was given none. Programs that this one starts are not told of them.</summary>
    /// <param name="listeners">The names of the listeners.</param>
    public static Either<Seq<StartupProblem>, IReadOnlyDictionary<string, IReadOnlyList<Socket>>> Take(Seq<string> listeners)
    {
        if (OperatingSystem.IsWindows()) return new Dictionary<string, IReadOnlyList<Socket>>();
        var read = SocketActivation.Read(
            Environment.ProcessId, Environment.GetEnvironmentVariable("LISTEN_PID"), Environment.GetEnvironmentVariable("LISTEN_FDS"),
            Environment.GetEnvironmentVariable("LISTEN_FDNAMES"));
        foreach (var variable in Variables) Environment.SetEnvironmentVariable(variable, null);
        return read.MapLeft(Seq1).Bind(sockets => SocketActivation.Assign(sockets, listeners)).Bind(Open).MapLeft(faults => faults.Map(StartupProblem.Of).Strict());
    }

    private static Either<Seq<string>, IReadOnlyDictionary<string, IReadOnlyList<Socket>>> Open(Map<OrdStringOrdinal, string, Seq<PassedSocket>> assigned)
    {
        var problems = new List<string>();
        var opened = new Dictionary<string, IReadOnlyList<Socket>>();
        foreach (var (listener, sockets) in assigned)
            opened[listener] = [.. sockets.Choose(passed => Open(passed).Match(Some, fault =>
            {
                problems.Add($"the socket {passed.Descriptor} of listener {listener}, passed on by the service manager, {fault}");
                return None;
            }))];
        if (problems.Count == 0) return opened;
        foreach (var socket in opened.Values.SelectMany(sockets => sockets)) socket.Dispose();
        return problems.ToSeq().Strict();
    }

    private static Either<string, Socket> Open(PassedSocket passed)
    {
        if (Control(passed.Descriptor, SetDescriptorFlags, CloseOnExec) < 0) return "is not open";
        try
        {
            var socket = new Socket(new SafeSocketHandle(passed.Descriptor, ownsHandle: true));
            if (socket.SocketType == SocketType.Stream && (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.AcceptConnection)! != 0)
            {
                socket.Blocking = false;
                return socket;
            }
            socket.Dispose();
            return "does not listen for streams; write ListenStream= into its socket unit, and no Accept=yes";
        }
        catch (SocketException exception)
        {
            return $"is no socket: {exception.Message}";
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, int argument);
}
