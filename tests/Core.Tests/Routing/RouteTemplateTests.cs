using LanguageExt;
using PluginHost.Core.Serving.Plans;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Tests.Routing;

public class RouteTemplateTests
{
    private static RouteTemplate Template(string text) => RouteTemplate.Parse(text).IfLeft(p => throw new Xunit.Sdk.XunitException(p));

    [Fact]
    public void A_template_has_literals_and_parameters()
    {
        var template = Template("/ocpp/{identity}/x y/{b_2}");

        Assert.Equal(
            Seq<TemplateSegment>(
                new TemplateSegment.Literal("ocpp"), new TemplateSegment.Parameter("identity"),
                new TemplateSegment.Literal("x y"), new TemplateSegment.Parameter("b_2")),
            template.Segments);
        Assert.Equal(Seq("identity", "b_2"), template.Parameters);
        Assert.Equal("/ocpp/{}/x y/{}", template.Shape);
        Assert.Equal("*", RouteTemplate.EveryPath.Shape);
        Assert.Equal("/", Template("/").Shape);
    }

    [Theory]
    [InlineData("", "begins with \"/\"")]
    [InlineData("a", "begins with \"/\"")]
    [InlineData("//", "no empty segments")]
    [InlineData("/a/", "no trailing slash")]
    [InlineData("/a//b", "no empty segments")]
    [InlineData("/.", "no \".\" or \"..\"")]
    [InlineData("/a/../b", "no \".\" or \"..\"")]
    [InlineData("/{}", "parameter's name")]
    [InlineData("/{1a}", "parameter's name")]
    [InlineData("/{a-b}", "parameter's name")]
    [InlineData("/{a}{b}", "parameter's name")]
    [InlineData("/a-{x}", "whole segment")]
    [InlineData("/{x", "whole segment")]
    [InlineData("/x}", "whole segment")]
    [InlineData("/*", "no wildcards")]
    [InlineData("/a%20b", "percent-decoded")]
    [InlineData("/a?b", "no query")]
    [InlineData("/a#b", "no query")]
    [InlineData("/a\\b", "separated by")]
    [InlineData("/a\nb", "control characters")]
    [InlineData("/{x}/{x}", "\"{x}\" stands twice")]
    public void Templates_that_are_none_are_explained(string text, string why) =>
        Assert.Contains(why, RouteTemplate.Parse(text).Match(t => "accepted " + t, p => p));

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void Segments_are_bounded(int count, bool accepted) =>
        Assert.Equal(accepted, RouteTemplate.Parse(string.Concat(Enumerable.Repeat("/a", count))).IsRight);

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Names_of_parameters_are_bounded(int length, bool accepted) =>
        Assert.Equal(accepted, RouteTemplate.Parse("/{" + new string('p', length) + "}").IsRight);

    [Theory]
    [InlineData("/", "/", true)]
    [InlineData("/", "/a", false)]
    [InlineData("/a", "/a", true)]
    [InlineData("/a", "/A", false)]
    [InlineData("/a", "/a/", false)]
    [InlineData("/a", "/", false)]
    [InlineData("/{x}", "/", false)]
    [InlineData("/a/{x}", "/a/", false)]
    [InlineData("/a/{x}", "/a/b", true)]
    [InlineData("/a/{x}", "/a/b/c", false)]
    [InlineData("/x y", "/x%20y", true)]
    [InlineData("/é", "/%C3%A9", true)]
    public void Matching_is_exact(string template, string path, bool matches) =>
        Assert.Equal(Right(matches), RequestPath.Split(path).Map(s => Template(template).Match(s).IsSome).MapLeft(_ => ""));

    [Theory]
    [InlineData("", new string[0])]
    [InlineData("/", new string[0])]
    [InlineData("/?a=b/c", new string[0])]
    [InlineData("?a", new string[0])]
    [InlineData("/a/b", new[] { "a", "b" })]
    [InlineData("/a/", new[] { "a", "" })]
    [InlineData("//", new[] { "", "" })]
    [InlineData("/a%2Fb/%41%7a", new[] { "a/b", "Az" })]
    [InlineData("/%e2%82%AC€", new[] { "€€" })]
    [InlineData("/a+b", new[] { "a+b" })]
    [InlineData("/...", new[] { "..." })]
    public void Paths_are_split_and_then_decoded(string path, string[] segments) =>
        Assert.Equal(Right(segments.ToSeq()), RequestPath.Split(path).MapLeft(_ => ""));

    [Theory]
    [InlineData("a", "begin")]
    [InlineData("*", "begin")]
    [InlineData("/%", "escape")]
    [InlineData("/%4", "escape")]
    [InlineData("/%4g", "escape")]
    [InlineData("/%g4", "escape")]
    [InlineData("/%C3", "escape")]
    [InlineData("/%ED%A0%80", "escape")]
    [InlineData("/a/../b", "\"..\"")]
    [InlineData("/%2e%2E", "\"..\"")]
    [InlineData("/.", "\".\"")]
    [InlineData("/a%00", "escape")]
    [InlineData("/a%01", "control")]
    [InlineData("/a%7f", "control")]
    [InlineData("/a%C2%85", "control")]
    [InlineData("/a%0d%0aB", "control")]
    public void Paths_that_are_none_are_refused(string path, string why) =>
        Assert.Contains(why, RequestPath.Split(path).Match(_ => "accepted", p => p));
}
