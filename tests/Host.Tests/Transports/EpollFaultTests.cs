using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using PluginHost.Core.Configuration;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Server.Connections;
using PluginHost.Server.Handshakes;
using PluginHost.Server.Logging;
using PluginHost.Server.Topics;
using PluginHost.Server.Transports;
using PluginHost.Server.Transports.Epoll;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Transports;

/// <summary>What the system may refuse an epoll loop: a place in the set, descriptors.</summary>
[Collection("Alone")]
public sealed class EpollFaultTests : IConnectionFactory, IDisposable
{
    private const int CloneFiles = 0x400;

    private readonly List<string> _lines = [];
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
    private readonly ConnectionLedger _ledger = new(ConnectionLimits.Default, RatePolicy.Unlimited, PluginHost.Core.Configuration.ConfigurationReader.Default.Handlers);
    private long _clock = 1_000_000;
    private Action<EpollChannel> _onCreate = _ => { };
    private IHandshakeService _service = new Nobody();

    public EpollFaultTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    public void Dispose() => _listener.Dispose();

    AddressAccount? IConnectionFactory.Admit(Loop loop, EndPoint? remote, string listener) => _ledger.TryAdmit(default, 0, out var account) == AdmissionResult.Admitted ? account : null;

    ReadOnlySpan<byte> IConnectionFactory.Refusal(string listener) => default;

    void IConnectionFactory.Create(Loop loop, Channel channel, string listener, AddressAccount? account)
    {
        _ = new Connection(loop, channel, _service, ConnectionSettings.Default, SendLimits.Default, 1, listener, account);
        _onCreate((EpollChannel)channel);
    }

    Loop IConnectionFactory.NextLoop(Loop accepting) => accepting;

    private sealed class Nobody : IHandshakeService
    {
        public void Decide(Connection connection, ReadOnlySpan<byte> head) =>
            connection.Refuse(Core.Protocol.Handshake.Rejection.Of(Core.Protocol.Handshake.RejectionReason.NotFound));
    }

    private sealed class Failing : IHandshakeService
    {
        public void Decide(Connection connection, ReadOnlySpan<byte> head) => throw new NotSupportedException("a fault of the host");
    }

    private EpollLoop NewLoop()
    {
        var loop = new EpollLoop(() => _clock, LineLogger.Log(LogLevel.Debug, (_, line) => _lines.Add(line)), this);
        loop.Topics = new TopicFabric(ConfigurationReader.Default.Topics, 1, 1, 1, new NoBackplane()).Attach(loop, 0);
        loop.Listen(new Listener("main", _listener));
        return loop;
    }

    private Socket Connect()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 30_000 };
        client.Connect(_listener.LocalEndPoint!);
        return client;
    }

    [Fact]
    public void A_socket_that_epoll_does_not_take_is_closed_and_the_loop_goes_on()
    {
        var loop = NewLoop();
        try
        {
            using var file = File.OpenHandle("/proc/self/status");
            // A file in the place of the socket: epoll takes none (EPERM).
            _onCreate = channel => Assert.Equal(channel.Descriptor, Duplicate((int)file.DangerousGetHandle(), channel.Descriptor));
            using var refused = Connect();
            Turn(loop, 3);
            Assert.Equal(0, loop.ConnectionCount);
            Assert.Equal(0, refused.Receive(new byte[1]));
            Assert.Contains("epoll_ctl failed", Assert.Single(_lines), StringComparison.Ordinal);
            _onCreate = _ => { };
            using var client = Connect();
            Turn(loop, 3);
            Assert.Equal(1, loop.ConnectionCount);
        }
        finally
        {
            loop.Discard();
        }
    }

    [Fact]
    public void A_fault_while_a_connection_is_made_closes_its_socket_and_the_loop_goes_on()
    {
        var loop = NewLoop();
        try
        {
            _onCreate = _ => throw new InvalidOperationException("a fault");
            using var refused = Connect();
            Turn(loop, 3);
            Assert.Equal(0, loop.ConnectionCount);
            Assert.ThrowsAny<SocketException>(() => refused.Receive(new byte[1])); // reset
            Assert.Single(_lines);
        }
        finally
        {
            loop.Discard();
        }
    }

    [Fact]
    public void A_connection_that_is_over_at_once_is_not_put_into_the_set()
    {
        var loop = NewLoop();
        try
        {
            _onCreate = channel => channel.Connection.Abort();
            using var client = Connect();
            Turn(loop, 3);
            Assert.Equal(0, loop.ConnectionCount);
            Assert.ThrowsAny<SocketException>(() => client.Receive(new byte[1]));
            Assert.Empty(_lines);
        }
        finally
        {
            loop.Discard();
        }
    }

    [Fact]
    public void A_fault_in_a_turn_resets_that_socket_and_the_loop_goes_on()
    {
        var loop = NewLoop();
        try
        {
            _service = new Failing();
            using var client = Connect();
            client.Send(ClientFrames.Request());
            for (var i = 0; i < 1_000 && _lines.Count == 0; i++) Turn(loop, 1);
            Assert.Contains("connection 1: internal error, NotSupportedException: a fault of the host", Assert.Single(_lines), StringComparison.Ordinal);
            Assert.ThrowsAny<SocketException>(() => client.Receive(new byte[1]));
            Assert.Equal(0, loop.ConnectionCount);
        }
        finally
        {
            loop.Discard();
        }
    }

    /// <summary>A thread with a table of descriptors of its own, which it fills: only its accepts fail.</summary>
    [Fact]
    public void Accepting_backs_off_without_descriptors_and_recovers()
    {
        using var first = Connect();
        using var second = Connect();
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                BackOff();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    private void BackOff()
    {
        Assert.Equal(0, Unshare(CloneFiles));
        var loop = NewLoop();
        var taken = new List<int>();
        for (int one; (one = Duplicate(0)) >= 0;) taken.Add(one);
        Turn(loop, 10);
        Assert.Equal(0, loop.ConnectionCount);
        Assert.Contains("no accept for 5 ms", Assert.Single(_lines), StringComparison.Ordinal); // once, although the backlog is not empty
        for (var i = 0; i < 100; i++)
        {
            _clock += 64;
            Turn(loop, 2);
        }
        Assert.InRange(_lines.Count, 8, 16); // 6.4 s: 5, 10, 20 … 640, 1000, 1000 …, each up to two ticks longer
        Assert.Contains("no accept for 1000 ms", _lines[^1], StringComparison.Ordinal);
        foreach (var one in taken) Native.Close(one);
        _clock += 1_200;
        Turn(loop, 5);
        Assert.Equal(2, loop.ConnectionCount);
        loop.Discard();
    }

    [Fact]
    public void A_loop_that_has_ended_writes_to_no_descriptor_that_is_not_its_own_any_more()
    {
        var loop = NewLoop();
        loop.Discard();
        var others = Enumerable.Range(0, 200).Select(_ => Native.EventDescriptor(0, Native.CloseOnExec | Native.NonBlocking)).ToArray();
        loop.Post(() => { });
        Assert.All(others, one => Assert.False(IsSet(one)));
        foreach (var one in others) Native.Close(one);
    }

    private static unsafe bool IsSet(int descriptor)
    {
        ulong value;
        return Native.Read(descriptor, &value, sizeof(ulong)) > 0;
    }

    private static void Turn(EpollLoop loop, int times)
    {
        for (var i = 0; i < times; i++) loop.Turn(mayWait: false);
    }

    [DllImport("libc", EntryPoint = "unshare")]
    private static extern int Unshare(int flags);

    [DllImport("libc", EntryPoint = "dup")]
    private static extern int Duplicate(int descriptor);

    [DllImport("libc", EntryPoint = "dup2")]
    private static extern int Duplicate(int descriptor, int target);
}
