using LanguageExt;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Policy.Authentication;

/// <summary>Takes credentials out of a request, so that whatever is decided, logged or shown afterwards cannot hold them.</summary>
public static class CredentialStripping
{
    /// <summary>
    /// The request without its <c>Authorization</c> headers, and without the query parameters and offered subprotocols that carry a token. All else
    /// stays as it is and in its order. A route that asks nobody, or for certificates alone, changes nothing.
    /// </summary>
    /// <param name="plan">What the route wants.</param>
    /// <param name="request">The request.</param>
    public static UpgradeRequest Strip(AuthenticationPlan plan, UpgradeRequest request)
    {
        if (plan.Basic.IsNone && plan.Bearer.IsNone && plan.Plugin.IsNone) return request;
        var headers = request.Head.Headers;
        if (headers.Count(Credentials.Authorization) > 0)
            headers = Keep(headers, line => !Grammar.SameName(line.Name, Credentials.Authorization));
        var offered = request.Offered;
        var target = request.Head.Target;
        foreach (var bearer in plan.Bearer)
        {
            if (offered.Exists(carried => Credentials.IsCarrier(bearer, carried)))
            {
                offered = offered.Filter(item => !Credentials.IsCarrier(bearer, item)).Strict();
                headers = WithOffers(headers, bearer);
            }
            if (target.Query.Exists(parameter => Credentials.IsCarrier(bearer, parameter))) target = WithoutParameters(target, bearer);
        }
        return request with { Offered = offered, Head = request.Head with { Headers = headers, Target = target } };
    }

    private static HeaderFields Keep(HeaderFields headers, Func<HeaderField, bool> wanted) => new(headers.Lines.Filter(wanted).ToArray().ToSeq().Strict());

    /// <summary>The lines of offers without those that carry a token; a line of which nothing is left goes too.</summary>
    private static HeaderFields WithOffers(HeaderFields headers, BearerPlan bearer)
    {
        var lines = new List<HeaderField>();
        foreach (var line in headers.Lines)
        {
            if (!Grammar.SameName(line.Name, Credentials.Offers))
            {
                lines.Add(line);
                continue;
            }
            string[] tokens = [.. line.Value.Split(',').Select(carried => Grammar.TrimSpace(carried).ToString()).Where(item => item.Length > 0)];
            string[] left = [.. tokens.Where(token => !Credentials.IsCarrier(bearer, token))];
            if (left.Length == tokens.Length) lines.Add(line);
            else if (left.Length > 0) lines.Add(line with { Value = string.Join(", ", left) });
        }
        return new HeaderFields(lines.ToArray().ToSeq().Strict());
    }

    private static RequestTarget WithoutParameters(RequestTarget target, BearerPlan bearer)
    {
        // One part for each parameter: empty parts are none.
        var parts = target.RawQuery.Split('&', StringSplitOptions.RemoveEmptyEntries);
        string[] kept = [.. parts.Where((_, i) => !Credentials.IsCarrier(bearer, target.Query[i]))];
        var query = string.Join('&', kept);
        var before = target.Raw[..^(target.RawQuery.Length + 1)];
        return target with
        {
            Raw = query.Length == 0 ? before : before + "?" + query,
            RawQuery = query,
            Query = target.Query.Filter(carried => !Credentials.IsCarrier(bearer, carried)).ToArray().ToSeq().Strict(),
        };
    }
}
