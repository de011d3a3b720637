// The same echo on ASP.NET Core's own WebSockets, the way its documentation shows. Prints its address.
// usage: AspNetEcho [compress [takeover]] [broadcast] [tls CERTIFICATE KEY]
using System.Buffers;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting.Server.Features;

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
var tls = Array.IndexOf(args, "tls");
if (tls >= 0)
{
    // Through PKCS #12, as Kestrel wants its keys on some systems.
    using var pem = X509Certificate2.CreateFromPemFile(args[tls + 1], args[tls + 2]);
    var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    builder.WebHost.UseKestrelHttpsConfiguration();
    builder.WebHost.ConfigureKestrel(options => options.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
}
else
{
    builder.WebHost.UseUrls("http://127.0.0.1:0");
}
var everybody = new ConcurrentDictionary<WebSocket, SemaphoreSlim>();
var app = builder.Build();
app.UseWebSockets();
app.Run(async context =>
{
    if (!context.WebSockets.IsWebSocketRequest)
    {
        context.Response.StatusCode = 400;
        return;
    }
    if (context.WebSockets.WebSocketRequestedProtocols.Contains("bench.allocated"))
    {
        using var asked = await context.WebSockets.AcceptWebSocketAsync("bench.allocated");
        var nothing = new byte[16];
        await asked.ReceiveAsync(nothing.AsMemory(), context.RequestAborted);
        var answer = System.Text.Encoding.ASCII.GetBytes($"{GC.GetTotalAllocatedBytes(precise: true)}");
        await asked.SendAsync(answer.AsMemory(), WebSocketMessageType.Text, true, context.RequestAborted);
        return;
    }
    using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
    {
        DangerousEnableCompression = args.Contains("compress"),
        DisableServerContextTakeover = !args.Contains("takeover"),
    });
    if (args.Contains("broadcast")) everybody[socket] = new SemaphoreSlim(1);
    var buffer = ArrayPool<byte>.Shared.Rent(4096);
    var length = 0;
    while (true)
    {
        var received = await socket.ReceiveAsync(buffer.AsMemory(length), context.RequestAborted);
        if (received.MessageType == WebSocketMessageType.Close) break;
        length += received.Count;
        if (received.EndOfMessage)
        {
            if (everybody.IsEmpty) await socket.SendAsync(buffer.AsMemory(0, length), received.MessageType, true, context.RequestAborted);
            else await BroadcastAsync(buffer.AsSpan(0, length).ToArray(), received.MessageType);
            length = 0;
        }
        else if (length == buffer.Length)
        {
            var bigger = ArrayPool<byte>.Shared.Rent(2 * length);
            buffer.CopyTo(bigger, 0);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = bigger;
        }
    }
    everybody.TryRemove(socket, out _);
    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
    ArrayPool<byte>.Shared.Return(buffer);
});

// One send at a time on each socket, as the documentation asks for.
async Task BroadcastAsync(byte[] message, WebSocketMessageType type)
{
    foreach (var (socket, gate) in everybody)
    {
        await gate.WaitAsync();
        try
        {
            await socket.SendAsync(message.AsMemory(), type, true, CancellationToken.None);
        }
        catch (WebSocketException)
        {
            everybody.TryRemove(socket, out _); // its own loop ends it
        }
        finally
        {
            gate.Release();
        }
    }
}

await app.StartAsync();
Console.WriteLine(app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
    .Features.Get<IServerAddressesFeature>()!.Addresses.First());
await app.WaitForShutdownAsync();
