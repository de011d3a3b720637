using System.Text;
using System.Threading.Channels;
using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Cli.Connect;

/// <summary>What the client does next of its own accord.</summary>
internal abstract record Step
{
    private Step()
    {
    }

    /// <summary>Sends a message.</summary>
    internal sealed record Send(bool IsText, byte[] Payload) : Step;

    /// <summary>Listens only, for a time.</summary>
    internal sealed record Wait(TimeSpan Time) : Step;

    /// <summary>Begins the close handshake. Nothing follows it.</summary>
    internal sealed record Close(CloseCode Code, string Reason) : Step;
}

/// <summary>Where steps come from.</summary>
internal static class Steps
{
    /// <summary>All that are known before.</summary>
    public static ChannelReader<Step> Of(IEnumerable<Step> steps)
    {
        var all = Channel.CreateUnbounded<Step>();
        foreach (var step in steps) all.Writer.TryWrite(step);
        all.Writer.Complete();
        return all.Reader;
    }

    /// <summary>The lines of an input, each a text message.</summary>
    public static ChannelReader<Step> Of(TextReader input)
    {
        var lines = Channel.CreateBounded<Step>(64);
        // Reading a terminal cannot be cancelled, so it has a thread of its own that does not keep the process.
        new Thread(() => Read(input, lines.Writer)) { IsBackground = true, Name = "input" }.Start();
        return lines.Reader;
    }

    private static void Read(TextReader input, ChannelWriter<Step> lines)
    {
        try
        {
            while (input.ReadLine() is { } line) lines.WriteAsync(new Step.Send(true, Encoding.UTF8.GetBytes(line))).AsTask().GetAwaiter().GetResult();
        }
        catch (IOException)
        {
            // An input that breaks has ended.
        }
        lines.TryComplete();
    }
}
