using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text;
using System.Xml.Linq;

namespace PluginHost.Abstractions.Tests;

public class DescriptionTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a,b")]
    [InlineData("a\r\nX: y")]
    [InlineData("ü")]
    [InlineData("a/b")]
    public void Only_tokens_name_a_subprotocol(string token)
    {
        Assert.Throws<ArgumentException>(() => Handler.Inline(token, _ => new Silent()));
        Assert.Throws<ArgumentException>(() => Handler.Inline("ok", _ => new Silent()).AlsoAs(token));
    }

    [Fact]
    public void A_token_has_at_most_255_characters()
    {
        Assert.Equal(255, Handler.Inline(new string('a', 255), _ => new Silent()).Subprotocols[0].Length);
        Assert.Throws<ArgumentException>(() => Handler.Inline(new string('a', 256), _ => new Silent()));
    }

    [Fact]
    public void A_description_is_changed_by_copy()
    {
        var plain = Handler.Inline("ocpp1.6", _ => new Silent());
        var full = plain.AlsoAs("ocpp2.0.1").WithDescription("charging").WithDecision((_, _) => ValueTask.FromResult(HandshakeDecision.Accept));
        Assert.Equal(["ocpp1.6"], plain.Subprotocols);
        Assert.Equal("", plain.Description);
        Assert.Null(plain.Decide);
        Assert.Equal(["ocpp1.6", "ocpp2.0.1"], full.Subprotocols);
        Assert.Equal("charging", full.Description);
        Assert.NotNull(full.Decide);
        Assert.IsType<Silent>(full.Tier.Match(_ => null!, _ => null!, create => create(null!)));
    }

    [Fact]
    public void Only_a_session_handler_declares_that_its_calls_overlap_and_how_many()
    {
        var session = Handler.Session("s", _ => new Idle());
        Assert.Equal(0, session.MaxOverlappingCalls);
        Assert.Equal(8, session.WithOverlappingCalls(8).AlsoAs("t").MaxOverlappingCalls);
        Assert.Throws<ArgumentOutOfRangeException>(() => session.WithOverlappingCalls(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.WithOverlappingCalls(65_537));
        Assert.Throws<InvalidOperationException>(() => Handler.Inline("i", _ => new Silent()).WithOverlappingCalls(1));
    }

    [Fact]
    public async Task A_handler_is_tested_by_a_method_call_with_a_call_that_overlaps_at_once()
    {
        var call = default(Call);
        Assert.True(call.TryOverlap());
        await call.OverlapAsync();
        Assert.False(call.Cancellation.CanBeCanceled);
        Assert.Equal(CloseCodes.UnsupportedData, Assert.Throws<CloseConnectionException>(() => { _ = new Idle().OnTextAsync(default, call); }).Code);
        Assert.Equal("binary messages are not accepted", Assert.Throws<CloseConnectionException>(() => new Silent().OnBinary(default)).Reason);
    }

    [Fact]
    public void A_pure_handler_is_made_once_or_of_two_functions()
    {
        var made = 0;
        var description = Handler.Pure("p", () =>
        {
            made++;
            return (PureHandler<int>)new Fixed();
        });
        Assert.Equal(0, made);
        for (var i = 0; i < 3; i++) description.Tier.Match(create => create(), _ => null!, _ => null!).Open(new HandshakeInfo());
        Assert.Equal(1, made);
        var run = Handler.Pure<int>("f", _ => Step.To(1), (state, _) => Step.To(state + 1, Command.SendText($"{state}"))).Tier
            .Match(create => create(), _ => null!, _ => null!);
        run.Open(new HandshakeInfo());
        Assert.Equal([Command.SendText("1"), Command.SendText("2")], [run.Next(Event.Drained)[0], run.Next(Event.Drained)[0]]);
    }

    [Fact]
    public void A_decision_refuses_with_documented_statuses_only()
    {
        foreach (var status in Enumerable.Range(0, 700))
            Assert.Equal(HandshakeDecision.RefusalStatuses.Contains(status),
                Record.Exception(() => HandshakeDecision.Refuse(status, "no")) is null);
        Assert.Throws<ArgumentException>(() => HandshakeDecision.Refuse(403, "a\r\nb"));
        Assert.Throws<ArgumentException>(() => HandshakeDecision.Refuse(403, new string('x', 501)));
        Assert.Throws<ArgumentException>(() => HandshakeDecision.Challenge("Basic\r\nX: y", "no"));
        Assert.Throws<ArgumentException>(() => HandshakeDecision.Challenge("", "no"));
        Assert.Throws<ArgumentException>(() => HandshakeDecision.Challenge("Bearer ü", "no"));
    }

    [Fact]
    public void A_decision_matches_its_own_case()
    {
        static string Name(HandshakeDecision d) =>
            d.Match(user => $"accepted {user}", (status, reason, challenge) => $"{status} {reason} {challenge}");
        Assert.Equal("accepted ", Name(HandshakeDecision.Accept));
        Assert.Equal("accepted ann", Name(HandshakeDecision.AcceptAs("ann")));
        Assert.Equal("404 no such charger ", Name(HandshakeDecision.Refuse(404, "no such charger")));
        Assert.Equal("401 who? Bearer", Name(HandshakeDecision.Challenge("Bearer", "who?")));
    }

    [Fact]
    public void A_user_finds_its_claims_and_roles()
    {
        var user = new User("ann")
        {
            Scheme = "Bearer",
            Claims = [new("scope", "read"), new("scope", "write"), new("Scope", "x")],
            Roles = ["admin"],
            Expires = DateTimeOffset.UnixEpoch,
        };
        Assert.Equal("read", user.Claim("scope"));
        Assert.Null(user.Claim("scop"));
        Assert.True(user.HasClaim("scope", "write"));
        Assert.False(user.HasClaim("scope", "x"));
        Assert.False(user.HasClaim("Scope", "read"));
        Assert.True(user.IsInRole("admin"));
        Assert.False(user.IsInRole("Admin"));
        Assert.Equal("ann", $"{user}");
        Assert.Throws<ArgumentException>(() => new User(""));
        Assert.Throws<ArgumentException>(() => HandshakeDecision.AcceptAs(""));
        Assert.Same(user, HandshakeDecision.AcceptAs(user).Match<User?>(found => found, (_, _, _) => null));
    }

    [Fact]
    public void A_handshake_finds_headers_query_and_route_values()
    {
        var info = new HandshakeInfo
        {
            Headers = [new("Host", "x"), new("X-A", "1"), new("x-a", "2")],
            QueryValues = [new("room", "a"), new("Room", "b")],
            RouteValues = new Dictionary<string, string> { ["id"] = "7" },
            RemoteEndPoint = new IPEndPoint(IPAddress.IPv6Loopback, 80),
        };
        Assert.Equal("1", info.Header("x-A"));
        Assert.Null(info.Header("y"));
        Assert.Equal("b", info.QueryValue("Room"));
        Assert.Null(info.QueryValue("ROOM"));
        Assert.Equal("7", info.RouteValue("id"));
        Assert.Null(info.RouteValue("ID"));
        Assert.Equal("::1", info.RemoteAddress);
        Assert.Equal("", new HandshakeInfo().RemoteAddress);
    }

    [Fact]
    public void The_contract_references_only_the_framework()
    {
        var allowed = new[] { "System.", "netstandard" };
        Assert.All(typeof(Plugin).Assembly.GetReferencedAssemblies(), r =>
            Assert.Contains(allowed, a => r.Name!.StartsWith(a, StringComparison.Ordinal)));
    }

    [Fact]
    public void The_assembly_version_is_the_major_and_the_package_stamps_the_contract_version()
    {
        Assert.Equal(new Version(ContractInfo.Major, 0, 0, 0), typeof(Plugin).Assembly.GetName().Version);
        var stamp = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "PluginHost.Abstractions.props"));
        var value = XDocument.Parse(stamp).Descendants("_Parameter1").Single().Value;
        Assert.Equal($"{ContractInfo.Major}.{ContractInfo.Minor}", value);
        Assert.Equal("1.0", new PluginContractAttribute(value).Version);
    }

    [Fact]
    public void Members_suit_every_dotnet_language()
    {
        const BindingFlags declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var faults = new StringBuilder();
        foreach (var type in typeof(Plugin).Assembly.GetExportedTypes())
            foreach (var method in type.GetMethods(declared))
            {
                if (type.IsInterface && !method.IsAbstract)
                    faults.AppendLine(CultureInfo.InvariantCulture, $"{type}.{method}: default interface method");
                foreach (var parameter in method.GetParameters())
                    // What only hosts call may pass a large value where it lies.
                    if (method.Name != "Deconstruct" && !(parameter.IsIn && type.Namespace == typeof(Hosting.PureRun).Namespace)
                        && (parameter.IsOptional || parameter.ParameterType.IsByRef))
                        faults.AppendLine(CultureInfo.InvariantCulture, $"{type}.{method.Name}: {parameter}");
            }

        Assert.Equal("", faults.ToString());
    }

    private sealed class Silent : InlineHandler;

    private sealed class Idle : SessionHandler;

    private sealed class Fixed : PureHandler<int>
    {
        public override Step<int> Open(HandshakeInfo handshake) => Step.To(0);

        public override Step<int> Next(int state, Event e) => Step.To(state);
    }
}
