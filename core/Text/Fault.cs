using LanguageExt;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Text;

/// <summary>One thing that is wrong with a file, by byte offset. Lines are counted when all faults are known.</summary>
/// <param name="Offset">Where it stands in the file without its byte order mark.</param>
/// <param name="Path">The way to it.</param>
/// <param name="Message">One line; text taken from the file is quoted and escaped.</param>
/// <param name="Suggestion">What was probably meant.</param>
internal sealed record Fault(int Offset, JsonPath Path, string Message, string? Suggestion = null)
{
    /// <summary>Each fault once, in the order of the file, with its line and column.</summary>
    /// <param name="faults">In any order; those of one place stay in theirs. What is inherited may have been read, and found faulty, several times.</param>
    /// <param name="utf8">The file without its byte order mark.</param>
    public static Seq<Problem> InOrder(IEnumerable<Fault> faults, ReadOnlySpan<byte> utf8)
    {
        var cursor = new TextCursor();
        var problems = new List<Problem>();
        foreach (var fault in faults.Distinct().OrderBy(fault => fault.Offset))
        {
            cursor = cursor.MoveTo(utf8, fault.Offset);
            problems.Add(new Problem(cursor.Position, fault.Path.ToString(), fault.Message, Optional(fault.Suggestion)));
        }
        return problems.ToSeq().Strict();
    }
}
