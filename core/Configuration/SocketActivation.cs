using System.Globalization;
using LanguageExt;
using LanguageExt.ClassInstances;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Configuration;

/// <summary>A listening socket that the service manager has opened.</summary>
/// <param name="Descriptor">Its file descriptor: 3 and above.</param>
/// <param name="Name">Its name: <c>FileDescriptorName=</c> of the socket unit.</param>
public sealed record PassedSocket(int Descriptor, string Name);

/// <summary>Sockets that a service manager passes on, by the protocol of <c>sd_listen_fds(3)</c>.</summary>
public static class SocketActivation
{
    private const int First = 3;
    private const int Most = 1000;

    /// <summary>Reads what the environment says.</summary>
    /// <param name="process">The id of this process.</param>
    /// <param name="forProcess"><c>LISTEN_PID</c>: the process that the sockets are for.</param>
    /// <param name="count"><c>LISTEN_FDS</c>.</param>
    /// <param name="names"><c>LISTEN_FDNAMES</c>, separated by colons.</param>
    /// <returns>The sockets, none where there are none for this process; or what is wrong.</returns>
    public static Either<string, Seq<PassedSocket>> Read(int process, string? forProcess, string? count, string? names)
    {
        if (string.IsNullOrEmpty(forProcess) || string.IsNullOrEmpty(count)) return Seq<PassedSocket>();
        if (!int.TryParse(forProcess, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted))
            return Left($"LISTEN_PID is no process id: {Quoting.Quote(forProcess)}");
        if (wanted != process) return Seq<PassedSocket>();
        if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var sockets) || sockets > Most)
            return Left($"LISTEN_FDS is no number from 0 to {Most}: {Quoting.Quote(count)}");
        var given = names is null ? [.. Enumerable.Repeat("", sockets)] : sockets == 0 ? [] : names.Split(':');
        return given.Length == sockets
            ? given.Select((name, i) => new PassedSocket(First + i, name)).ToArray().ToSeq()
            : Left($"LISTEN_FDNAMES has {given.Length} names for the {sockets} sockets of LISTEN_FDS");
    }

    /// <summary>
    /// Which listener each socket is: the one of its name. A single socket is the single listener, whatever it is called. Several sockets may have one name.
    /// </summary>
    /// <param name="sockets">The sockets.</param>
    /// <param name="listeners">The names of the listeners.</param>
    /// <returns>The sockets by listener; or each that belongs to none.</returns>
    public static Either<Seq<string>, Map<OrdStringOrdinal, string, Seq<PassedSocket>>> Assign(Seq<PassedSocket> sockets, Seq<string> listeners)
    {
        if (sockets.Count == 1 && listeners.Count == 1) return Map<OrdStringOrdinal, string, Seq<PassedSocket>>((listeners[0], sockets));
        var strangers = sockets.Filter(socket => !listeners.Contains(socket.Name));
        if (!strangers.IsEmpty)
        {
            return strangers.Map(socket =>
                $"the service manager has passed on the socket {socket.Descriptor}, named {Quoting.Quote(socket.Name)}, and no listener has that name; "
                + $"write FileDescriptorName= with one of {string.Join(", ", listeners.Map(Quoting.Quote))} into its socket unit").Strict();
        }
        return new Map<OrdStringOrdinal, string, Seq<PassedSocket>>(
            listeners.Map(name => (name, sockets.Filter(socket => socket.Name == name).Strict())).Filter(passed => !passed.Item2.IsEmpty));
    }
}
