using System.Collections.Frozen;
using System.Reflection;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server.Reports;

namespace PluginHost.Admin;

/// <summary>The files of the page, which are part of the program.</summary>
internal static class AdminPage
{
    private const string Prefix = "page/";

    private static readonly Lazy<FrozenDictionary<string, AdminAnswer>> Files = new(() => Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[Prefix.Length..], name => new AdminAnswer(200, TypeOf(name), Read(name)), StringComparer.Ordinal));

    /// <summary>The names of the files.</summary>
    public static IEnumerable<string> Names => Files.Value.Keys;

    /// <summary>Answers a request for the page or a file of it; <see langword="null"/> where it is none.</summary>
    /// <param name="path">The path, such as <c>/page.css</c>.</param>
    /// <param name="state">What it tells about.</param>
    /// <param name="host">The host that the request names.</param>
    public static AdminAnswer? Find(string path, AdminState state, Authority host)
    {
        var answer = Files.Value.GetValueOrDefault(path == "/" ? "index.html" : path.Length > 0 ? path[1..] : "");
        if (answer is null || path == "/index.html") return null;
        return path == "/" ? answer with { Headers = [("Content-Security-Policy", Policy(state, host)), ("Permissions-Policy", "camera=(), microphone=(), geolocation=()")] } : answer;
    }

    /// <summary>
    /// Scripts, styles and pictures of this address only, none within the page; connections to it and to the server's listeners; text is never taken for
    /// HTML (Trusted Types).
    /// </summary>
    private static string Policy(AdminState state, Authority host)
    {
        var listeners = state.Served is { } served
            ? served.ListenersFor(host).Where(listener => listener.BrowserUrl is not null).Select(listener => AdminSite.PolicySource(listener.BrowserUrl!))
            : [];
        return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src "
            + string.Join(' ', ["'self'", .. listeners.Distinct()])
            + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        _ => "image/svg+xml",
    };

    private static byte[] Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
