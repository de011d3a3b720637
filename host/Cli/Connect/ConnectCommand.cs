using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using LanguageExt;
using PluginHost.Cli.Terminal;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Server.Client;
using static LanguageExt.Prelude;

namespace PluginHost.Cli.Connect;

/// <summary>A connection that the user asks for.</summary>
/// <param name="Target">Where to.</param>
/// <param name="Subprotocols">To offer, in order of preference.</param>
/// <param name="Origin">The <c>Origin</c> header.</param>
/// <param name="Headers">Further headers.</param>
/// <param name="Wait">How long to go on listening after the end of the input, before closing.</param>
internal sealed record ConnectRequest(Target Target, Seq<string> Subprotocols, Option<string> Origin, Seq<HeaderField> Headers, TimeSpan Wait)
{
    /// <summary>How TLS is spoken.</summary>
    public Trust Trust { get; init; } = new(null, false, null, null);

    /// <summary>A file of steps to take instead of reading the input.</summary>
    public Option<string> Play { get; init; }
}

/// <summary>
/// The client of the command line. Each line of standard input is sent as a text message, or the steps of a file are taken; each message that comes is printed as a line. At the end of
/// the input, and at Ctrl-C, it begins the close handshake and prints what still comes until the server has closed too.
/// </summary>
internal static class ConnectCommand
{
    /// <summary>Connects and talks.</summary>
    /// <returns>0 when the connection was opened and closed with 1000, 1001, no code, or the code that was to be sent; otherwise 1.</returns>
    public static async Task<int> RunAsync(ConnectRequest wanted, TextReader input, Output output)
    {
        var played = wanted.Play.Map(PlayFile.Load);
        foreach (var problem in played.Bind(loaded => loaded.Match(_ => None, problems => Some(problems))).IfNone(Empty)) output.Problem(problem);
        return await played.Match(
            loaded => loaded.MatchAsync(RightAsync: steps => RunAsync(wanted, steps, () => Steps.Of(steps), output), Left: _ => ExitCode.Usage),
            () => RunAsync(wanted, Empty, () => Steps.Of(input), output)).ConfigureAwait(false);
    }

    private static async Task<int> RunAsync(ConnectRequest wanted, Seq<Step> known, Func<ChannelReader<Step>> steps, Output output)
    {
        var target = wanted.Target;
        var offer = ClientOffer.To(target.Host, target.PathAndQuery) with
        {
            Subprotocols = wanted.Subprotocols,
            Origin = wanted.Origin,
            Headers = wanted.Headers,
        };
        var request = ClientHandshake.Build(offer, RandomNumberGenerator.GetBytes(16));
        return await request.MatchAsync(
            RightAsync: built => TalkAsync(wanted, built, steps, new Transcript(output, known.LastOrNone()), output),
            Left: fault =>
            {
                output.Problem(fault.Explanation);
                return ExitCode.Usage;
            }).ConfigureAwait(false);
    }

    private static async Task<int> TalkAsync(
        ConnectRequest wanted, ClientRequest request, Func<ChannelReader<Step>> steps, Transcript transcript, Output output)
    {
        using var signals = new Signals();
        try
        {
            using var socket = await wanted.Target.OpenAsync(signals.Stopping).ConfigureAwait(false);
            await using var stream = await SecureAsync(wanted, socket, signals.Stopping).ConfigureAwait(false);
            var connection = new ClientConnection(stream, request, transcript, TimeProvider.System);
            await connection.BeginAsync(signals.Stopping).ConfigureAwait(false);
            await new Conversation(connection, stream, steps(), wanted.Wait, signals.Stopping).RunAsync().ConfigureAwait(false);
            if (!transcript.IsAnswered && !signals.Stopping.IsCancellationRequested)
                output.Problem("the server has ended the connection without an answer"
                    + (wanted.Target.IsSecure && wanted.Trust.Certificate is null ? "; perhaps it wants a certificate of the client (--cert)" : ""));
            return transcript.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Problem;
        }
        catch (Exception exception) when (exception is SocketException or IOException or AuthenticationException)
        {
            output.Problem($"cannot connect to {wanted.Target.UnixPath.IfNone(() => wanted.Target.Uri.ToString())}: {Trust.Advice(exception)}");
            return ExitCode.Problem;
        }
        catch (TrustException exception)
        {
            output.Problem(exception.Message);
            return ExitCode.Usage;
        }
    }

    private static async Task<Stream> SecureAsync(ConnectRequest wanted, Socket socket, CancellationToken cancellation)
    {
        var plain = new NetworkStream(socket, ownsSocket: false);
        if (!wanted.Target.IsSecure) return plain;
        var secure = new SslStream(plain);
        await secure.AuthenticateAsClientAsync(wanted.Trust.Options(wanted.Target.Uri.IdnHost), cancellation).ConfigureAwait(false);
        return secure;
    }

    /// <summary>Prints what happens. Only messages go to standard output, so that they can be piped on.</summary>
    private sealed class Transcript(Output output, Option<Step> last) : IClientObserver
    {
        private bool _clean;

        /// <summary>The server has answered the request.</summary>
        public bool IsAnswered { get; private set; }

        /// <summary>What the process answers with.</summary>
        public int ExitCode => _clean ? PluginHost.Cli.Terminal.ExitCode.Ok : PluginHost.Cli.Terminal.ExitCode.Problem;

        public void Opened(AcceptedConnection accepted)
        {
            IsAnswered = true;
            output.Note(accepted.Subprotocol.Match(token => $"connected, subprotocol {token}", () => "connected, no subprotocol"));
        }

        public void Refused(ClientFault fault, ReadOnlyMemory<byte> body)
        {
            IsAnswered = true;
            var lines = fault.Answer.Filter(_ => fault.Kind == ClientFaultKind.Refused).Match(answer => RefusalText.Lines(answer, body.Span), () => Seq1($"no WebSocket: {fault.Explanation}"));
            foreach (var line in lines) output.Problem(line);
        }

        public void Message(bool isText, byte[] payload)
        {
            if (isText) output.Line(Encoding.UTF8.GetString(payload));
            else output.Line($"binary, {payload.Length} bytes: {Convert.ToHexStringLower(payload)}");
        }

        public void Closed(CloseCode code, string reason, string? violation)
        {
            _clean = code is CloseCode.NormalClosure or CloseCode.GoingAway or CloseCode.NoStatusReceived
                || last.Exists(step => step is Step.Close close && close.Code == code);
            var why = violation ?? (reason.Length > 0 ? reason : code == CloseCode.AbnormalClosure ? "the connection was lost" : "");
            output.Note($"closed with {(int)code}{(why.Length > 0 ? $": {why}" : "")}");
        }
    }
}
