using FsCheck;
using PluginHost.Core.Scripts;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Scripts;

/// <summary>A file that is being written is left alone.</summary>
public sealed class ScriptWatchProperties
{
    /// <summary>Whatever the files do: they are read at a look that finds them as the one before did and not as they were last read, and at no other.</summary>
    [Property]
    public void Files_are_read_when_they_have_changed_and_are_still(byte first, byte[] looks)
    {
        var watch = ScriptWatch.From(Text(first));
        var (read, before) = (Text(first), Text(first));
        foreach (var now in looks.Select(Text))
        {
            (watch, var step) = watch.Look(now);
            Assert.Equal(
                now == read ? ScriptWatchStep.Nothing : now == before ? ScriptWatchStep.Read : ScriptWatchStep.LookAgain, step);
            if (step == ScriptWatchStep.Read) read = now;
            before = now;
        }
    }

    // Few different ones, so that they come again.
    private static string Text(byte one) => $"{one % 3}";
}
