namespace PluginHost.Server.Logging;

/// <summary>An exception whose message says everything: neither its type nor its stack is logged.</summary>
/// <param name="message">One line.</param>
internal abstract class PlainException(string message) : Exception(message);

/// <summary>Exceptions as log lines.</summary>
internal static class ExceptionText
{
    /// <summary>An exception in one line. It may be a plugin's own, whose members may throw.</summary>
    public static string Describe(Exception exception)
    {
        if (exception is PlainException) return exception.Message;
        var type = exception.GetType().Name;
        try
        {
            var frame = exception.StackTrace?.Split('\n', 2)[0].Trim();
            return $"{type}: {exception.Message} ({(string.IsNullOrEmpty(frame) ? "no stack" : frame)})";
        }
        catch (Exception)
        {
            return $"{type}, which does not describe itself";
        }
    }
}
