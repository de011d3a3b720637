using PluginHost.Conformance.Wire;
using static PluginHost.Conformance.Cases.Dsl;

namespace PluginHost.Conformance.Cases;

/// <summary>4: opcodes that mean nothing yet (RFC 6455 §5.2): 3 to 7 for data, 11 to 15 for control.</summary>
internal static class Chapter04Opcodes
{
    public static IEnumerable<Case> All() => Of("4.1", 3).Concat(Of("4.2", 11));

    private static IEnumerable<Case> Of(string section, int first)
    {
        yield return Fails($"{section}.1", $"opcode {first} without payload", 1002, [], Send(new Frame(first, default)));
        yield return Fails($"{section}.2", $"opcode {first + 1} with payload", 1002, [], Send(new Frame(first + 1, Utf8("reserved"))));
        yield return Second($"{section}.3", $"text, then opcode {first + 2} without payload", new Frame(first + 2, default), Cut.None);
        yield return Second($"{section}.4", $"text, then opcode {first + 3}", new Frame(first + 3, Utf8(Hello)), Cut.None);
        yield return Second(
            $"{section}.5", $"text, then opcode {first + 4}, byte by byte", new Frame(first + 4, Utf8(Hello)), Cut.EachByte);
    }

    private static Case Second(string number, string title, Frame reserved, Cut cut) =>
        FailsAfter(number, title, 1002, [Echo(Hello)], Send(cut, Text(Hello), reserved, Ping()));
}
