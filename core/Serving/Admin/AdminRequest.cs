using LanguageExt;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;

namespace PluginHost.Core.Serving.Admin;

/// <summary>Whether the admin address answers a request.</summary>
public enum AdminVerdict : byte
{
    /// <summary>It is answered.</summary>
    Answer,

    /// <summary>400: the <c>Host</c> header is none.</summary>
    BadHost,

    /// <summary>421: it is meant for another host.</summary>
    OtherHost,

    /// <summary>405: nothing here can be changed.</summary>
    Method,

    /// <summary>403: a page of another site asks.</summary>
    OtherSite,
}

/// <summary>What is decided on before a request to the admin address is looked at any further.</summary>
/// <param name="Method">The method.</param>
/// <param name="Host">The value of <c>Host</c>; empty where there is none: some health probes speak HTTP/1.0.</param>
/// <param name="Origin">The value of <c>Origin</c>; empty where there is none.</param>
/// <param name="FetchSite">The value of <c>Sec-Fetch-Site</c>; empty where there is none: not every client is a browser.</param>
/// <param name="FetchMode">The value of <c>Sec-Fetch-Mode</c>.</param>
public sealed record AdminRequest(string Method, string Host, string Origin, string FetchSite, string FetchMode)
{
    /// <summary>
    /// Decides. Only what is asked for by name, is safe (RFC 9110 §9.2.1), and comes from no other site is answered. A person may follow a link
    /// here from anywhere, for a document that a page opens is not shown to that page.
    /// </summary>
    /// <param name="site">The address.</param>
    public AdminVerdict Decide(AdminSite site) => IsPlainProbe ? AdminVerdict.Answer : Authority.ParseSent(Host).Match(
        host =>
        {
            if (!site.Admits(host)) return AdminVerdict.OtherHost;
            if (Method is not ("GET" or "HEAD")) return AdminVerdict.Method;
            if (Origin.Length > 0 && Origin != "http://" + Host) return AdminVerdict.OtherSite;
            return FetchSite is "" or "same-origin" or "none" || FetchMode == "navigate" ? AdminVerdict.Answer : AdminVerdict.OtherSite;
        },
        () => AdminVerdict.BadHost);

    // The name protects people whose browser was led here; every browser sends one.
    private bool IsPlainProbe => Host.Length == 0 && Method is ("GET" or "HEAD") && Origin.Length == 0 && FetchSite.Length == 0;
}
