// The same echo on ASP.NET Core's own WebSockets, the way its documentation shows. Prints its address.
// usage: AspNetEcho [compress [takeover]]
using System.Buffers;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Hosting.Server.Features;

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
var app = builder.Build();
app.UseWebSockets();
app.Run(async context =>
{
    if (!context.WebSockets.IsWebSocketRequest)
    {
        context.Response.StatusCode = 400;
        return;
    }
    using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
    {
        DangerousEnableCompression = args.Contains("compress"),
        DisableServerContextTakeover = !args.Contains("takeover"),
    });
    var buffer = ArrayPool<byte>.Shared.Rent(4096);
    var length = 0;
    while (true)
    {
        var received = await socket.ReceiveAsync(buffer.AsMemory(length), context.RequestAborted);
        if (received.MessageType == WebSocketMessageType.Close) break;
        length += received.Count;
        if (received.EndOfMessage)
        {
            await socket.SendAsync(buffer.AsMemory(0, length), received.MessageType, true, context.RequestAborted);
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
    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
    ArrayPool<byte>.Shared.Return(buffer);
});
await app.StartAsync();
Console.WriteLine(app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
    .Features.Get<IServerAddressesFeature>()!.Addresses.First());
await app.WaitForShutdownAsync();
