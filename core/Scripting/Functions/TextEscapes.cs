using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>Text as between the quotes of a string literal.</summary>
internal static class TextEscapes
{
    public static void Append(TextBuilder text, Run run, string source)
    {
        run.Pass(4L * source.Length);
        foreach (var character in source)
        {
            var escaped = EscapeLetter.Of(character);
            if (escaped != '\0') text.Append(['\\', escaped]);
            else if (character >= ' ') text.Append(character);
            else text.Append(['\\', 'u', '0', '0', character < 16 ? '0' : '1', "0123456789abcdef"[character % 16]]);
        }
    }
}
