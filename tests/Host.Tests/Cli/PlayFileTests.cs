using System.Text;
using PluginHost.Cli.Connect;

namespace PluginHost.Tests.Cli;

/// <summary>Files that <c>connect --play</c> sends.</summary>
public class PlayFileTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("\n \r\n\n", "")]
    [InlineData("\ufeff{\"text\":\"\\u00fc\"}", "text c3bc")]
    [InlineData("{\"text\":\"\"}\r\n{\"binary\":\"\"}", "text |binary ")]
    [InlineData(" { \"binary\" : \"AAH/\" } \n{\"wait\":0}\n{\"wait\":86400000}", "binary 0001ff|wait 0|wait 86400000")]
    [InlineData("{\"close\":1000}", "close 1000 ")]
    [InlineData("{\"reason\":\"ü\",\"close\":4999}\n\n", "close 4999 ü")]
    public void Lines_are_steps(string file, string expected) => Assert.Equal(expected, Read(file));

    [Theory]
    [InlineData("{}", "1:1: a line is one of")]
    [InlineData("[]", "1:1: a line is one of")]
    [InlineData("  3", "1:3: a line is one of")]
    [InlineData("{\"text\":\"a\"", "1:12: ")]
    [InlineData("{\"text\":\"ü\" x}", "1:13: ")]
    [InlineData("{\"text\":\"a\"} {}", "1:14: ")]
    [InlineData("{\"text\":\"a\",\"text\":\"b\"}", "1:13: 'text' is there twice")]
    [InlineData("{\"text\":\"a\",\"wait\":1}", "1:13: 'text' stands alone")]
    [InlineData("{\"text\":\"a\",\"reason\":\"b\"}", "1:13: 'reason' belongs to 'close'")]
    [InlineData("{\"reason\":\"b\"}", "1:1: a line is one of")]
    [InlineData("{\"text\":null}", "1:9: 'text' is text")]
    [InlineData("{\"text\":\"\\ud800\"}", "1:9: the text has half of a surrogate pair")]
    [InlineData("{\"binary\":\"A\"}", "1:11: 'binary' is base64")]
    [InlineData("{\"wait\":\"1\"}", "1:9: 'wait' is 0 to 86400000 milliseconds")]
    [InlineData("{\"wait\":-1}", "1:9: 'wait' is 0")]
    [InlineData("{\"wait\":86400001}", "1:9: 'wait' is 0")]
    [InlineData("{\"wait\":1.5}", "1:9: 'wait' is 0")]
    [InlineData("{\"wait\":true}", "1:9: 'wait' is a number")]
    [InlineData("{\"close\":1005}", "1:10: 'close' is a code that may be sent")]
    [InlineData("{\"close\":1000,\"reason\":1}", "1:24: 'reason' is text")]
    [InlineData("{\"close\":1000}\n\n{\"wait\":1}", "3:1: nothing follows a close")]
    [InlineData("{\"text\":\"ü\",\"a\":1}", "1:13: there is no 'a'")]
    public void What_is_wrong_is_said_with_its_place(string file, string expected) =>
        Assert.StartsWith(expected, Read(file), StringComparison.Ordinal);

    [Fact]
    public void A_reason_has_123_bytes()
    {
        Assert.StartsWith("close", Read($$"""{"close":1000,"reason":"{{new string('x', 123)}}"}"""), StringComparison.Ordinal);
        Assert.Equal("1:24: 'reason' has at most 123 bytes", Read($$"""{"close":1000,"reason":"{{new string('x', 124)}}"}"""));
    }

    [Fact]
    public void Each_wrong_line_is_named() =>
        Assert.Equal("1:1: |3:9: 'text' is text", string.Join('|', Read("x\n{\"text\":\"a\"}\n{\"text\":1}").Split('|').Select(problem => problem.StartsWith("1:1: ", StringComparison.Ordinal) ? "1:1: " : problem)));

    [Fact]
    public void What_is_no_UTF8_is_said() => Assert.Equal("1:11: this is not UTF-8", Read([.. "{\"text\":\"a"u8, 0xff, .. "\"}"u8]));

    private static string Read(string file) => Read(Encoding.UTF8.GetBytes(file));

    private static string Read(byte[] file) => PlayFile.Read(file).Match(
        Right: steps => string.Join('|', steps.Select(step => step switch
        {
            Step.Send send => $"{(send.IsText ? "text" : "binary")} {Convert.ToHexStringLower(send.Payload)}",
            Step.Wait wait => $"wait {wait.Time.TotalMilliseconds}",
            Step.Close close => $"close {(int)close.Code} {close.Reason}",
            _ => "",
        })),
        Left: problems => string.Join('|', problems.Select(problem => $"{problem.Line}:{problem.Column}: {problem.Message}")));
}
