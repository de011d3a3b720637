using System.CommandLine;
using PluginHost.Cli.Terminal;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Server.Reports;

namespace PluginHost.Cli;

/// <summary>The command <c>explain</c> and its options.</summary>
internal sealed class ExplainOptions
{
    private readonly Option<string> _path = new("--path") { Description = "The path, as a client sends it.", HelpName = "/PATH", DefaultValueFactory = _ => "/" };

    private readonly Option<string[]> _offer = new("--offer", "--protocol")
    {
        Description = "Subprotocols that the client offers, in its order: a,b. May be repeated.",
        HelpName = "A,B",
    };

    private readonly Option<string?> _origin = new("--origin") { Description = "The Origin header, as browsers send it.", HelpName = "ORIGIN" };
    private readonly Option<string?> _listener = new("--listener") { Description = "The listener that the client arrives on. By default the first.", HelpName = "NAME" };
    private readonly Option<string?> _host = new("--host") { Description = "The Host header. By default the listener's address.", HelpName = "HOST" };

    private readonly Option<string?> _address = new("--address")
    {
        Description = "The address of who connects; where proxies send PROXY headers, of the client they name. By default 127.0.0.1.",
        HelpName = "IP",
    };

    private readonly Option<string[]> _extensions = new("--extensions")
    {
        Description = "What the client offers in Sec-WebSocket-Extensions. May be repeated.",
        HelpName = "permessage-deflate",
    };

    private readonly Option<string[]> _header = Given.HeaderOption();

    /// <summary>Makes the command.</summary>
    public ExplainOptions(Options options, Output output)
    {
        Validate();
        Command = new Command("explain", "Say what would come of a handshake, and why, step by step. Exits with 0 when it is accepted, 1 when refused.")
        {
            _path, _offer, _origin, _listener, _host, _address, _extensions, _header, options.Listen, options.Admin, options.Json,
        };
        Command.SetAction(parsed => ExplainCommand.Explain(options, parsed, Question(parsed), output));
    }

    /// <summary>The command.</summary>
    public Command Command { get; }

    private void Validate()
    {
        _path.Validators.Add(result =>
        {
            if (!result.Implicit && result.Tokens is [var token] && (!token.Value.StartsWith('/') || !Given.IsPrintable(token.Value)))
                result.AddError("--path begins with '/' and holds neither spaces nor control characters");
        });
        _address.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                if (Address.Parse(token.Value).IsNone) result.AddError($"--address is an IP address such as 192.0.2.1 or 2001:db8::1, not '{token.Value}'");
        });
        foreach (var text in new Option[] { _offer, _origin, _host, _extensions })
            text.Validators.Add(result =>
            {
                if (result.Tokens.Any(token => token.Value.Any(char.IsControl))) result.AddError($"{text.Name} holds a control character");
            });
    }

    private HandshakeQuestion Question(ParseResult parsed) => new(
        parsed.GetValue(_path)!, Given.List(parsed.GetValue(_offer)), Given.Text(parsed.GetValue(_origin)), Given.Text(parsed.GetValue(_listener)),
        Given.Text(parsed.GetValue(_host)))
    {
        Address = Given.Text(parsed.GetValue(_address)).Bind(Address.Parse),
        Extensions = Given.Seq(parsed.GetValue(_extensions)),
        Headers = Given.Headers(parsed.GetValue(_header)),
    };
}
