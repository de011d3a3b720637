using LanguageExt;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Routing;

namespace PluginHost.Core.Serving.Handshakes;

/// <summary>What is to be done next about the opening handshake of a connection.</summary>
public abstract record HandshakeStep
{
    private HandshakeStep() { }

    private protected abstract int Closed { get; }

    /// <summary>Calls the function that belongs to this case.</summary>
    public T Match<T>(
        Func<VerifyPassword, T> verifyPassword, Func<VerifyToken, T> verifyToken, Func<AskPlugin, T> askPlugin, Func<AskHandler, T> askHandler,
        Func<ClaimKey, T> claimKey, Func<Accept, T> accept, Func<Refuse, T> refuse) => this switch
        {
            VerifyPassword step => verifyPassword(step),
            VerifyToken step => verifyToken(step),
            AskPlugin step => askPlugin(step),
            AskHandler step => askHandler(step),
            ClaimKey step => claimKey(step),
            Accept step => accept(step),
            _ => refuse((Refuse)this),
        };

    /// <summary>Verify a password; the answer is <see cref="HandshakeAnswer.Password"/>.</summary>
    /// <param name="Request">The request.</param>
    /// <param name="User">The name.</param>
    /// <param name="Text">The password.</param>
    public sealed record VerifyPassword(ExaminedRequest Request, string User, string Text) : HandshakeStep
    {
        private protected override int Closed => 0;

        /// <inheritdoc/>
        public override string ToString() => "verify a password";
    }

    /// <summary>Verify the signature of a token; the answer is <see cref="HandshakeAnswer.Token"/>.</summary>
    /// <param name="Request">The request.</param>
    /// <param name="Text">The token.</param>
    public sealed record VerifyToken(ExaminedRequest Request, string Text) : HandshakeStep
    {
        private protected override int Closed => 1;

        /// <inheritdoc/>
        public override string ToString() => "verify a token";
    }

    /// <summary>Ask a plugin who the client is; the answer is <see cref="HandshakeAnswer.Accepted"/> or <see cref="HandshakeAnswer.Refused"/>.</summary>
    /// <param name="Request">The request.</param>
    /// <param name="Id">The plugin's id.</param>
    public sealed record AskPlugin(ExaminedRequest Request, string Id) : HandshakeStep
    {
        private protected override int Closed => 2;
    }

    /// <summary>Ask the handler whether it serves the client; the answer is <see cref="HandshakeAnswer.Accepted"/> or <see cref="HandshakeAnswer.Refused"/>.</summary>
    /// <param name="Request">The request.</param>
    /// <param name="Token">The subprotocol that the handler is registered under.</param>
    /// <param name="User">Who the client is; none where it need not say.</param>
    public sealed record AskHandler(ExaminedRequest Request, string Token, Option<Identity> User) : HandshakeStep
    {
        private protected override int Closed => 3;
    }

    /// <summary>Claim the key that the handler has given the connection; the answer is <see cref="HandshakeAnswer.Claimed"/>.</summary>
    /// <param name="Request">The request.</param>
    /// <param name="Token">The subprotocol that the handler is registered under.</param>
    /// <param name="User">Who the client is; none where it need not say.</param>
    /// <param name="Until">When what the client has proved itself with ends to hold; none for never.</param>
    /// <param name="Key">The key.</param>
    /// <param name="Conflict">What happens where another connection has it.</param>
    public sealed record ClaimKey(
        ExaminedRequest Request, string Token, Option<Identity> User, Option<DateTimeOffset> Until, string Key, KeyRule Conflict) : HandshakeStep
    {
        private protected override int Closed => 6;
    }

    /// <summary>Answer with 101 (RFC 6455 §4.2.2 item 5). The last step.</summary>
    /// <param name="Request">The request, with the answer.</param>
    /// <param name="Handler">The subprotocol whose handler serves the connection; none where it is closed at once.</param>
    /// <param name="User">Who the client is.</param>
    /// <param name="Until">When what the client has proved itself with ends to hold; none for never.</param>
    public sealed record Accept(ExaminedRequest Request, Option<string> Handler, Option<Identity> User, Option<DateTimeOffset> Until) : HandshakeStep
    {
        private protected override int Closed => 4;
    }

    /// <summary>Refuse. The last step.</summary>
    /// <param name="Rejection">With what.</param>
    public sealed record Refuse(Rejection Rejection) : HandshakeStep
    {
        private protected override int Closed => 5;
    }
}

/// <summary>What happens where two connections have the same key.</summary>
public enum KeyRule : byte
{
    /// <summary>Both stay.</summary>
    KeepBoth,

    /// <summary>The older one is closed when the newer one is accepted.</summary>
    ReplaceOlder,

    /// <summary>The newer one is refused with 409.</summary>
    RefuseNewer,
}

/// <summary>What came of a step.</summary>
public abstract record HandshakeAnswer
{
    private HandshakeAnswer() { }

    private protected abstract int Closed { get; }

    /// <summary>Calls the function that belongs to this case.</summary>
    public T Match<T>(
        Func<Option<Seq<string>>, T> password, Func<Either<TokenFault, ReadOnlyMemory<byte>>, T> token, Func<Option<Identity>, T> accepted,
        Func<Keyed, T> keyed, Func<bool, T> claimed, Func<Rejection, T> refused) => this switch
        {
            Password answer => password(answer.Roles),
            Token answer => token(answer.Payload),
            Accepted answer => accepted(answer.User),
            Keyed answer => keyed(answer),
            Claimed answer => claimed(answer.IsTaken),
            _ => refused(((Refused)this).Rejection),
        };

    /// <summary>A password was verified.</summary>
    /// <param name="Roles">The user's roles; none where the password is not right or there is no such user.</param>
    public sealed record Password(Option<Seq<string>> Roles) : HandshakeAnswer
    {
        private protected override int Closed => 0;
    }

    /// <summary>The signature of a token was verified.</summary>
    /// <param name="Payload">What the token says, JSON; or why its signature does not count.</param>
    public sealed record Token(Either<TokenFault, ReadOnlyMemory<byte>> Payload) : HandshakeAnswer
    {
        private protected override int Closed => 1;

        /// <inheritdoc/>
        public override string ToString() => "a verified token";
    }

    /// <summary>A plugin or a handler has accepted.</summary>
    /// <param name="User">Whom it has found; none where it has not said.</param>
    public sealed record Accepted(Option<Identity> User) : HandshakeAnswer
    {
        private protected override int Closed => 2;
    }

    /// <summary>A handler has accepted, and gives the connection a key by which it is found.</summary>
    /// <param name="User">Whom it has found; none where it has not said.</param>
    /// <param name="Key">The key, not empty.</param>
    /// <param name="Conflict">What happens where another connection has it.</param>
    public sealed record Keyed(Option<Identity> User, string Key, KeyRule Conflict) : HandshakeAnswer
    {
        private protected override int Closed => 4;
    }

    /// <summary>A key was claimed.</summary>
    /// <param name="IsTaken">Another connection has it; where <see cref="KeyRule.RefuseNewer"/> says so, it was not given to this one.</param>
    public sealed record Claimed(bool IsTaken) : HandshakeAnswer
    {
        private protected override int Closed => 5;
    }

    /// <summary>A plugin or a handler has refused, has failed, or is held off.</summary>
    /// <param name="Rejection">With what.</param>
    public sealed record Refused(Rejection Rejection) : HandshakeAnswer
    {
        private protected override int Closed => 3;
    }
}
