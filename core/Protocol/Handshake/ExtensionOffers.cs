using System.Text;
using LanguageExt;

namespace PluginHost.Core.Protocol.Handshake;

/// <summary>One parameter of an extension.</summary>
/// <param name="Name">A token.</param>
/// <param name="Value">
/// A token, without the quotes it may have been sent in; none for a parameter without <c>=</c>. The empty value is kept although the
/// grammar has none, so that one bad parameter declines its own offer instead of the whole handshake.
/// </param>
public sealed record ExtensionParameter(string Name, Option<string> Value);

/// <summary>One element of <c>Sec-WebSocket-Extensions</c>: an offer in a request, a choice in a response (RFC 6455 §9.1).</summary>
/// <param name="Name">A token such as <c>permessage-deflate</c>.</param>
/// <param name="Parameters">In order; repeated names are kept, the extension itself decides what they mean.</param>
public sealed record ExtensionOffer(string Name, Seq<ExtensionParameter> Parameters)
{
    /// <summary>Whether the offer can be written: all names tokens, all values tokens or empty.</summary>
    public bool IsWritable => Grammar.IsToken(Name) && Parameters.ForAll(IsWritableParameter);

    private static bool IsWritableParameter(ExtensionParameter parameter) =>
        Grammar.IsToken(parameter.Name) && parameter.Value.ForAll(value => value.Length == 0 || Grammar.IsToken(value));
}

/// <summary>Where and why <c>Sec-WebSocket-Extensions</c> breaks its grammar.</summary>
/// <param name="Line">Which of the header's lines, from 0.</param>
/// <param name="Position">Offset in that line's value.</param>
/// <param name="Explanation">One line for people.</param>
public sealed record ExtensionFault(int Line, int Position, string Explanation);

/// <summary>Reads and writes <c>Sec-WebSocket-Extensions</c> (RFC 6455 §9.1): one pass, each character looked at once.</summary>
public static class ExtensionOffers
{
    /// <summary>Reads all lines of the header as one list. Empty elements are left out, as in every list of RFC 7230 §7.</summary>
    /// <param name="values">The values of the header's lines; without any there are no offers.</param>
    /// <returns>The offers in order; or a fault, on which a handshake must fail. A header without any element is one.</returns>
    public static Either<ExtensionFault, Seq<ExtensionOffer>> Parse(Seq<string> values)
    {
        var offers = new List<ExtensionOffer>();
        for (var line = 0; line < values.Count; line++)
        {
            var reader = new Reader(values[line], offers);
            if (!reader.ReadList()) return new ExtensionFault(line, reader.Position, reader.Explanation);
        }

        return offers.ToArray().ToSeq().Strict();
    }

    /// <summary>Writes offers as one header value. <see cref="Parse"/> gives them back.</summary>
    /// <param name="offers">Offers that are <see cref="ExtensionOffer.IsWritable"/>; others give a value that cannot be read.</param>
    public static string Format(Seq<ExtensionOffer> offers)
    {
        var text = new StringBuilder();
        for (var i = 0; i < offers.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ").Append(offers[i].Name);
            foreach (var parameter in offers[i].Parameters)
            {
                text.Append("; ").Append(parameter.Name);
                if (parameter.Value.IsSome) text.Append('=').Append(parameter.Value.IfNone("") is { Length: > 0 } value ? value : "\"\"");
            }
        }
        return text.ToString();
    }

    /// <summary>The position in one line and what was read so far; lives only inside <see cref="Parse"/>.</summary>
    private sealed class Reader(string text, List<ExtensionOffer> offers)
    {
        public int Position { get; private set; }

        public string Explanation { get; private set; } = "";

        private bool AtEnd => Position == text.Length;

        public bool ReadList()
        {
            do
            {
                SkipSpace();
                if (AtEnd || text[Position] == ',') continue;
                if (!ReadOffer()) return false;
            }
            while (Take(','));
            return AtEnd || Fail("a comma or semicolon is missing");
        }

        private bool ReadOffer()
        {
            var name = ReadToken();
            var parameters = new List<ExtensionParameter>();
            if (name.Length == 0) return Fail("an extension's name is no token");
            SkipSpace();
            while (Take(';'))
            {
                SkipSpace();
                var parameter = ReadToken();
                if (parameter.Length == 0) return Fail("a parameter's name is no token");
                SkipSpace();
                var hasValue = Take('=');
                var value = hasValue ? ReadValue() : Option<string>.None;
                if (hasValue && value.IsNone) return false;
                parameters.Add(new(parameter, value));
                SkipSpace();
            }

            offers.Add(new(name, parameters.Count == 0 ? Seq<ExtensionParameter>.Empty : parameters.ToArray().ToSeq().Strict()));
            return true;
        }

        /// <summary>None after a failure.</summary>
        private Option<string> ReadValue()
        {
            SkipSpace();
            if (!Take('"')) return ReadToken();

            var content = new StringBuilder();
            while (!AtEnd && text[Position] != '"')
            {
                if (text[Position] == '\\' && ++Position == text.Length) break;
                if (!Grammar.IsToken(text.AsSpan(Position, 1))) return FailValue("a quoted value is no token");
                content.Append(text[Position++]);
            }

            return Take('"') ? content.ToString() : FailValue("a quoted value is not closed");
        }

        private string ReadToken()
        {
            var start = Position;
            Position += Grammar.TokenLength(text.AsSpan(start));
            return text[start..Position];
        }

        private void SkipSpace()
        {
            while (!AtEnd && text[Position] is ' ' or '\t') Position++;
        }

        private bool Take(char expected)
        {
            if (AtEnd || text[Position] != expected) return false;
            Position++;
            return true;
        }

        private Option<string> FailValue(string explanation)
        {
            Fail(explanation);
            return Option<string>.None;
        }

        private bool Fail(string explanation)
        {
            Explanation = explanation;
            return false;
        }
    }
}
