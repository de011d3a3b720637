using PluginHost.Conformance.Cases;

namespace PluginHost.Conformance.Results;

/// <summary>How a case went: everything that is the same in every run.</summary>
/// <param name="Number">Such as 6.4.1.</param>
/// <param name="Title">What it is about.</param>
/// <param name="Sends">What the client sends.</param>
/// <param name="Expects">What is expected strictly.</param>
/// <param name="Tolerates">What is non-strict; empty when nothing is.</param>
/// <param name="Verdict">How it went.</param>
/// <param name="Closing">How the connection ended.</param>
/// <param name="Compressed">Whether messages came compressed; null where nothing was offered.</param>
internal sealed record CaseResult(
    string Number, string Title, string Sends, string Expects, string Tolerates, Verdict Verdict, Closing Closing, bool? Compressed);

/// <summary>The end of a connection.</summary>
/// <param name="Code">The server's close code: 1005 for a close frame without one, 1006 for no close frame.</param>
/// <param name="By">Who ended TCP: "server" or "client".</param>
/// <param name="Clean">Close frames both ways, and then TCP ended by the server in order.</param>
internal sealed record Closing(int Code, string By, bool Clean);
