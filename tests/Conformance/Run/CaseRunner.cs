using System.Net.Sockets;
using PluginHost.Conformance.Cases;
using PluginHost.Conformance.Wire;

namespace PluginHost.Conformance.Run;

/// <summary>Runs one case over one connection.</summary>
/// <param name="url">The server, with an echo handler.</param>
/// <param name="repetitions">Messages of a step that leaves their number to the run.</param>
internal sealed class CaseRunner(Uri url, int repetitions)
{
    /// <summary>How long the server may take to end TCP once both close frames are sent (RFC 6455 §7.1.1).</summary>
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(5);

    /// <summary>Runs it within its limit.</summary>
    public async Task<Observed> RunAsync(Case one)
    {
        using var limit = new CancellationTokenSource(one.Limit);
        try
        {
            var offer = one.Offers.Count == 0 ? null : string.Join(", ", one.Offers);
            await using var peer = await Peer.ConnectAsync(url, offer, limit.Token).ConfigureAwait(false);
            if (one.Offers.Count > 0 && peer.Terms is null) return Observed.Broken("") with { Fault = null, Declined = true };
            if (peer.Terms is { } terms && !one.Offers.Any(each => each.IsMetBy(terms)))
                return Observed.Broken("the server's answer gives less than any offer asks for");
            return await PlayAsync(one, peer, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ProtocolFault or SocketException or IOException)
        {
            return Observed.Broken(e.Message);
        }
        catch (OperationCanceledException)
        {
            return Observed.Broken($"not over within {one.Limit.TotalSeconds} s");
        }
    }

    private async Task<Observed> PlayAsync(Case one, Peer peer, CancellationToken cancellation)
    {
        string? fault = null;
        var inTime = true;
        foreach (var step in one.Steps)
        {
            switch (step)
            {
                case Step.Send send:
                    await SendAsync(peer, send, cancellation).ConfigureAwait(false);
                    break;
                case Step.SendPart part:
                    await SendPartAsync(peer, part, cancellation).ConfigureAwait(false);
                    break;
                case Step.Await wait:
                    await peer.WaitForArrivalsAsync(wait.Count, cancellation).ConfigureAwait(false);
                    break;
                case Step.StaysOpen open:
                    if (await peer.LeavesWithinAsync(TimeSpan.FromMilliseconds(open.Milliseconds), cancellation).ConfigureAwait(false))
                        fault = "the server left too early";
                    break;
                case Step.MustHaveFailed failed:
                    var deadline = TimeSpan.FromMilliseconds(failed.Milliseconds);
                    inTime = await peer.LeavesWithinAsync(deadline, cancellation).ConfigureAwait(false);
                    break;
                case Step.EchoEach each:
                    fault ??= await EchoEachAsync(peer, each, cancellation).ConfigureAwait(false);
                    break;
            }
            if (fault is not null) break;
        }
        return await EndAsync(peer, fault, inTime, cancellation).ConfigureAwait(false);
    }

    private static async Task<Observed> EndAsync(Peer peer, string? fault, bool inTime, CancellationToken cancellation)
    {
        // Where we and the server both still have to close, it has the whole of the case's time; afterwards only a moment.
        if (fault is null) await peer.LeavesWithinAsync(Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(false);
        using var moment = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        moment.CancelAfter(EndWithin);
        try
        {
            await peer.WaitForEndAsync(moment.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The server's half is still open, which the verdict counts.
        }
        return new Observed(
            peer.Arrivals, peer.CloseCode ?? 1006, peer.ServerClosedFirst, peer.End, inTime, fault ?? peer.Fault, Declined: false,
            peer.SawCompressed);
    }

    private static async Task SendAsync(Peer peer, Step.Send send, CancellationToken cancellation)
    {
        if (send.Frames.Any(frame => frame.Opcode == Op.Close)) peer.NoteCloseSent();
        if (send.Cut.ByFrame)
        {
            foreach (var frame in send.Frames) await peer.SendAsync(frame.ToBytes(), 0, cancellation).ConfigureAwait(false);
            return;
        }
        await peer.SendAsync(Frame.ToBytes(send.Frames), send.Cut.Bytes, cancellation).ConfigureAwait(false);
    }

    private static Task SendPartAsync(Peer peer, Step.SendPart part, CancellationToken cancellation)
    {
        var start = part.From == 0 ? 0 : part.Frame.HeaderSize + part.From;
        return peer.SendAsync(part.Frame.ToBytes().AsMemory(start..(part.Frame.HeaderSize + part.To)), 0, cancellation);
    }

    private async Task<string?> EchoEachAsync(Peer peer, Step.EchoEach each, CancellationToken cancellation)
    {
        var opcode = each.Text ? Op.Text : Op.Binary;
        var count = each.Count ?? repetitions;
        for (var i = 0; i < count; i++)
        {
            var message = each.Source(i);
            await SendMessageAsync(peer, opcode, message, each.Fragment, cancellation).ConfigureAwait(false);
            var echo = await peer.TakeAsync(cancellation).ConfigureAwait(false);
            if (echo is null) return $"no echo of message {i + 1}";
            if (!echo.Equals(new Arrival(opcode, message))) return $"message {i + 1} came back as {echo}";
        }
        return null;
    }

    private static Task SendMessageAsync(Peer peer, int opcode, byte[] message, int fragment, CancellationToken cancellation)
    {
        var payload = peer.Deflate?.Compress(message) ?? message;
        var frames = Dsl.Fragments(opcode, payload, fragment == 0 ? int.MaxValue : fragment);
        if (peer.Deflate is not null) frames[0] = frames[0] with { Rsv = 4 }; // RSV1 on the first frame only (RFC 7692 §6.1)
        return peer.SendAsync(Frame.ToBytes(frames), 0, cancellation);
    }
}
