using System.Globalization;
using System.Text;

namespace PluginHost.Server.Logging;

/// <summary>Makes text from a plugin fit for a log: one line, no control characters, bounded.</summary>
public static class OneLine
{
    /// <summary>Escapes control characters as <c>\u000a</c> and cuts after <paramref name="most"/> characters.</summary>
    public static string Of(string text, int most)
    {
        var line = new StringBuilder(Math.Min(text.Length, most));
        foreach (var c in text)
        {
            if (line.Length >= most)
                return line.Append('…').ToString();
            if (char.IsControl(c) || c is '\u2028' or '\u2029')
                line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                line.Append(c);
        }

        return line.ToString();
    }

    /// <summary>An exception as text: the type and message of its innermost cause. Nothing keeps the exception itself, which would pin
    /// the plugin.</summary>
    public static string Of(Exception exception)
    {
        var cause = exception;
        while (cause is System.Reflection.TargetInvocationException or TypeInitializationException or AggregateException
            && cause.InnerException is { } inner)
            cause = inner;
        return Of($"{cause.GetType().Name}: {cause.Message}", 500);
    }
}
