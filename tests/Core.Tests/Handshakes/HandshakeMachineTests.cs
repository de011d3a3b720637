using System.Text;
using LanguageExt;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Handshakes;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Serving.Routing;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Tests.Handshakes;

public sealed class HandshakeMachineTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly Identity Ann = new("ann", "Test", Seq<IdentityClaim>(), Seq1("admin"), Some(Now.AddMinutes(5)));
    private static readonly HandshakeAnswer Busy = new HandshakeAnswer.Refused(Rejection.Unavailable(3));
    private static readonly HandshakeAnswer Agreed = new HandshakeAnswer.Accepted(None);

    private static readonly BoundPlan Plan = Served.Bind("""
        {
          "authentication": { "basic": { "users": "users" }, "bearer": { "keys": [{ "secret": "0123456789abcdef0123456789abcdef" }] }, "schemes": [] },
          "routes": [
            { "path": "/open", "noOffer": "echo" },
            { "path": "/gone", "noMatch": "acceptThenClose", "noOffer": "echo" },
            { "path": "/password", "authentication": { "schemes": ["basic"] } },
            { "path": "/token", "authentication": { "schemes": ["bearer"] } },
            { "path": "/plugin", "authentication": { "schemes": ["plugin"], "plugin": "gate" } }
          ]
        }
        """);

    [Fact]
    public void An_open_route_asks_the_handler_and_accepts()
    {
        var ask = Assert.IsType<HandshakeStep.AskHandler>(Begin("/open"));
        Assert.Equal(("echo", Option<Identity>.None), (ask.Token, ask.User));
        var accept = Assert.IsType<HandshakeStep.Accept>(HandshakeMachine.Next(ask, Agreed, Now));
        Assert.Equal((Some("echo"), Option<Identity>.None, Option<DateTimeOffset>.None), (accept.Handler, accept.User, accept.Until));
    }

    [Fact]
    public void A_handler_may_name_the_user_and_refuse()
    {
        var ask = Begin("/open");
        var accept = Assert.IsType<HandshakeStep.Accept>(HandshakeMachine.Next(ask, new HandshakeAnswer.Accepted(Ann), Now));
        Assert.Equal((Some(Ann), Ann.Expires), (accept.User, accept.Until));
        Assert.Equal(503, Assert.IsType<HandshakeStep.Refuse>(HandshakeMachine.Next(ask, Busy, Now)).Rejection.Status);
    }

    [Fact]
    public void What_no_handler_serves_is_accepted_without_asking() =>
        Assert.Equal(Option<string>.None, Assert.IsType<HandshakeStep.Accept>(Begin("/gone", "Sec-WebSocket-Protocol: other")).Handler);

    [Fact]
    public void A_password_is_verified_first()
    {
        var verify = Assert.IsType<HandshakeStep.VerifyPassword>(Begin("/password", "Authorization: Basic " + Credentials.WriteBasic("ann", "secret")));
        Assert.Equal(("ann", "secret"), (verify.User, verify.Text));
        Assert.DoesNotContain("secret", verify.ToString(), StringComparison.Ordinal);
        var ask = Assert.IsType<HandshakeStep.AskHandler>(HandshakeMachine.Next(verify, new HandshakeAnswer.Password(Seq1("admin")), Now));
        Assert.Equal("ann", ask.User.Map(user => user.Name));
        Assert.Equal(401, Assert.IsType<HandshakeStep.Refuse>(HandshakeMachine.Next(verify, new HandshakeAnswer.Password(None), Now)).Rejection.Status);
    }

    [Fact]
    public void A_token_is_verified_first()
    {
        var verify = Assert.IsType<HandshakeStep.VerifyToken>(Begin("/token", "Authorization: Bearer a.b.c"));
        Assert.DoesNotContain("a.b.c", verify.ToString(), StringComparison.Ordinal);
        ReadOnlyMemory<byte> payload = Encoding.UTF8.GetBytes($$"""{ "sub": "ann", "exp": {{Now.AddMinutes(1).ToUnixTimeSeconds()}} }""");
        var ask = Assert.IsType<HandshakeStep.AskHandler>(HandshakeMachine.Next(verify, new HandshakeAnswer.Token(payload), Now));
        var accept = Assert.IsType<HandshakeStep.Accept>(HandshakeMachine.Next(ask, new HandshakeAnswer.Accepted(Ann with { Expires = None }), Now));
        Assert.Equal(Some(Now.AddMinutes(1) + TimeSpan.FromSeconds(30)), accept.Until); // with the tolerance for clocks; a handler cannot make the time longer
        Assert.Equal(401, Assert.IsType<HandshakeStep.Refuse>(HandshakeMachine.Next(verify, new HandshakeAnswer.Token(payload), Now.AddHours(1))).Rejection.Status);
    }

    [Fact]
    public void A_plugin_is_asked_first()
    {
        var ask = Assert.IsType<HandshakeStep.AskPlugin>(Begin("/plugin"));
        Assert.Equal("gate", ask.Id);
        Assert.IsType<HandshakeStep.AskHandler>(HandshakeMachine.Next(ask, new HandshakeAnswer.Accepted(Ann), Now));
        Assert.IsType<HandshakeStep.Refuse>(HandshakeMachine.Next(ask, new HandshakeAnswer.Accepted(Ann), Now.AddHours(1)));
        Assert.Equal(503, Assert.IsType<HandshakeStep.Refuse>(HandshakeMachine.Next(ask, Busy, Now)).Rejection.Status);
    }

    [Fact]
    public void Whatever_is_answered_a_chain_ends_and_stays_ended()
    {
        HandshakeAnswer[] answers = [Agreed, Busy, new HandshakeAnswer.Accepted(Ann), new HandshakeAnswer.Password(Seq1("admin")), new HandshakeAnswer.Token(default(ReadOnlyMemory<byte>))];
        string[] requests = ["/open", "/gone", "/plugin", "/nowhere"];
        foreach (var first in requests.Select(path => Begin(path)).Append(Begin("/password", "Authorization: Basic " + Credentials.WriteBasic("a", "b"))).Append(Begin("/token", "Authorization: Bearer a.b.c")))
        {
            Assert.True(IsLast(HandshakeMachine.Presume(HandshakeMachine.Presume(first))));
            foreach (var once in answers)
            {
                foreach (var twice in answers)
                {
                    var last = HandshakeMachine.Next(HandshakeMachine.Next(first, once, Now), twice, Now);
                    Assert.True(IsLast(last), $"{first} {once} {twice} {last}");
                    Assert.Same(last, HandshakeMachine.Next(last, Agreed, Now));
                    Assert.Same(last, HandshakeMachine.Presume(last));
                }
            }
        }
    }

    [Fact]
    public void An_answer_to_another_step_refuses_with_500() =>
        Assert.Equal(500, Assert.IsType<HandshakeStep.Refuse>(HandshakeMachine.Next(Begin("/open"), new HandshakeAnswer.Password(Seq1("x")), Now)).Rejection.Status);

    private static bool IsLast(HandshakeStep step) => step is HandshakeStep.Accept or HandshakeStep.Refuse;

    private static HandshakeStep Begin(string path, string header = "A: b") => HandshakeMachine.Begin(
        Plan, Plan.Plan.Listeners[0], Served.Request(path, header), new Origination(Plan.Plan.Listeners[0].Name, Option<Address>.None, true, Option<CertificateFacts>.None));
}
