using System.Text;
using LanguageExt;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Scripts;

/// <summary>What a script asks for, checked: the command, or why it is refused, as one line.</summary>
public static class ScriptRequest
{
    private const int MaxReason = 123;

    /// <summary>A close.</summary>
    /// <param name="code">A code that an application may send (RFC 6455 §7.4); 1010 is for clients.</param>
    /// <param name="reason">At most 123 bytes in UTF-8.</param>
    public static Either<string, ScriptCommand> Close(long code, string reason)
    {
        if (code is not (1000 or 1001 or 1003 or (>= 1007 and <= 1009) or (>= 1011 and <= 1014) or (>= 3000 and <= 4999)))
            return Left($"{code} is no close code that may be sent");
        return Encoding.UTF8.GetByteCount(reason) <= MaxReason
            ? Right<ScriptCommand>(new ScriptCommand.Close((int)code, reason))
            : Left($"a close reason has at most {MaxReason} bytes");
    }

    /// <summary>A timer.</summary>
    /// <param name="seconds">From 0.001 to 86,400.</param>
    public static Either<string, ScriptCommand> Timer(double seconds) => seconds is >= 0.001 and <= 86400
        ? Right<ScriptCommand>(new ScriptCommand.Timer(TimeSpan.FromSeconds(seconds)))
        : Left("a delay is from 0.001 to 86400 seconds");
}
