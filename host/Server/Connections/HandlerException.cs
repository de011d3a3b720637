using PluginHost.Server.Logging;

namespace PluginHost.Server.Connections;

/// <summary>A handler of the host's own has failed, and knows more about it.</summary>
/// <param name="message">What is logged.</param>
/// <param name="isOfTheSender">See <see cref="IsOfTheSender"/>.</param>
internal abstract class HandlerException(string message, bool isOfTheSender) : PlainException(message)
{
    /// <summary>The input has taken what one event may take: the handler did what it should, and only the sender pays.</summary>
    public bool IsOfTheSender => isOfTheSender;
}
