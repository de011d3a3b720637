namespace PluginHost.Server.Logging;

/// <summary>An exception whose message says everything: neither its type nor its stack is logged.</summary>
/// <param name="message">One line.</param>
internal abstract class PlainException(string message) : Exception(message)
{
    /// <summary>Where it happened, and what, apart from each other.</summary>
    public virtual FaultText Told => new(null, Message);
}

/// <summary>What went wrong.</summary>
/// <param name="Place">Where: the method, or file, line and column of a script; <see langword="null"/> where it is not known.</param>
/// <param name="Message">What.</param>
internal readonly record struct FaultText(string? Place, string Message);

/// <summary>Exceptions as log lines.</summary>
internal static class ExceptionText
{
    /// <summary>An exception in one line. It may be a plugin's own, whose members may throw.</summary>
    public static string Describe(Exception exception)
    {
        if (exception is PlainException) return exception.Message;
        return TryRead(exception, out var message, out var frame)
            ? $"{message} ({(frame.Length == 0 ? "no stack" : frame)})"
            : message;
    }

    /// <summary>The innermost method of an exception, and what it says.</summary>
    public static FaultText Split(Exception exception)
    {
        if (exception is PlainException plain) return plain.Told;
        TryRead(exception, out var message, out var frame);
        if (frame.StartsWith("at ", StringComparison.Ordinal)) frame = frame[3..];
        return new(frame.Length == 0 ? null : frame, message);
    }

    private static bool TryRead(Exception exception, out string message, out string frame)
    {
        var type = exception.GetType().Name;
        try
        {
            message = $"{type}: {exception.Message}";
            frame = exception.StackTrace?.Split('\n', 2)[0].Trim() ?? "";
            return true;
        }
        catch (Exception)
        {
            (message, frame) = ($"{type}, which does not describe itself", "");
            return false;
        }
    }
}
