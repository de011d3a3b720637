using PluginHost.Core.Scripting.Parsing;
using PluginHost.Core.Scripting.Syntax;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Scripting;

[Properties(Arbitrary = [typeof(ScriptGen)], MaxTest = 1000)]
public sealed class ParsingProperties
{
    [Property]
    public void A_well_formed_script_is_a_tree(GoodScript script) =>
        Parser.ParseTemplate(script.Text).IfLeft(errors => Assert.Fail(errors[0].Message + "\n" + script.Text[errors[0].Start..]));

    [Property]
    public void What_is_printed_parses_to_the_same_tree(GoodScript script) => CheckPrinting(script.Text);

    [Property]
    public void So_does_what_is_left_of_a_broken_script(BrokenScript script) => CheckPrinting(script.Text);

    [Property(MaxTest = 3000)]
    public void Any_text_is_a_tree_or_errors_in_it(string? text) => CheckPrinting(text ?? "");

    [Property(MaxTest = 3000)]
    public void Any_jumble_is_a_tree_or_errors_in_it(Jumble text)
    {
        CheckPrinting(text.Text);
        CheckPrinting("{{ " + text.Text);
    }

    private static void CheckPrinting(string text)
    {
        var result = Parser.ParseTemplate(text);
        foreach (var error in result.LeftAsEnumerable().SelectMany(e => e))
            Assert.InRange(error.Start, 0, Math.Min(error.End, text.Length));
        foreach (var (tree, _) in result.RightAsEnumerable())
        {
            var printed = Printer.Print(tree);
            Parser.ParseTemplate(printed).Match(
                again => Assert.True(tree == again.Tree, printed + "\n---\n" + text),
                errors => Assert.Fail(errors[0].Message + " in\n" + printed));
        }
    }
}
