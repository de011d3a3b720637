using System.Text;

namespace PluginHost.Abstractions;

/// <summary>UTF-8 that refuses what is no text.</summary>
internal static class StrictUtf8
{
    /// <summary>The encoding. It throws <see cref="EncoderFallbackException"/>, an <see cref="ArgumentException"/>, for a lone surrogate.</summary>
    public static UTF8Encoding Encoding { get; } = new(false, throwOnInvalidBytes: true);
}
