using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;
using static PluginHost.Core.Tests.Scripting.Builtin;

namespace PluginHost.Core.Tests.Scripting.Functions;

/// <summary><c>string.*</c>, by the examples of the language's documentation and at the edges.</summary>
public sealed class StringFunctionTests
{
    [Theory]
    [InlineData("string.escape", "Hel\\tlo\\n\\\"W\\\\orld", "Hel\tlo\n\"W\\orld")]
    [InlineData("string.escape", "\\u0001\\u001fé", "\u0001\u001fé")]
    [InlineData("string.append", "Hello World", "Hello", " World")]
    [InlineData("string.append", "12", 1, 2)]
    [InlineData("string.append", "x", null, "x")]
    [InlineData("string.capitalize", "Test", "test")]
    [InlineData("string.capitalize", "Test", "Test")]
    [InlineData("string.capitalize", "", "")]
    [InlineData("string.capitalizewords", "This Is Easy", "This is easy")]
    [InlineData("string.contains", "true", "This is easy", "easy")]
    [InlineData("string.contains", "false", "This is easy", "Easy")]
    [InlineData("string.contains", "true", "a", "")]
    [InlineData("string.contains", "false", null, "a")]
    [InlineData("string.empty", "true", "")]
    [InlineData("string.empty", "true", null)]
    [InlineData("string.empty", "false", " ")]
    [InlineData("string.whitespace", "true", "")]
    [InlineData("string.whitespace", "true", " \t\n")]
    [InlineData("string.whitespace", "false", " x ")]
    [InlineData("string.downcase", "test", "TeSt")]
    [InlineData("string.ends_with", "true", "This is easy", "easy")]
    [InlineData("string.ends_with", "false", "This is easy", "eas")]
    [InlineData("string.equals_ignore_case", "true", "Scriban", "SCRIBAN")]
    [InlineData("string.equals_ignore_case", "false", "Scriban", "Scriba")]
    [InlineData("string.equals_ignore_case", "true", null, null)]
    [InlineData("string.handleize", "100-m-ms", "100% M & Ms!!!")]
    [InlineData("string.handleize", "a-b", "--A--B--")]
    [InlineData("string.literal", "\"Hello\\n\\\"World\\\"\"", "Hello\n\"World\"")]
    [InlineData("string.literal", "", null)]
    [InlineData("string.lstrip", "too many spaces", "   too many spaces")]
    [InlineData("string.pluralize", "products", 7, "product", "products")]
    [InlineData("string.pluralize", "product", 1, "product", "products")]
    [InlineData("string.pluralize", "product", 1.0, "product", "products")]
    [InlineData("string.prepend", "Hello World", "World", "Hello ")]
    [InlineData("string.remove", "Hello, . Goodbye, .", "Hello, world. Goodbye, world.", "world")]
    [InlineData("string.remove", "abc", "abc", "")]
    [InlineData("string.remove_first", "Hello, . Goodbye, world.", "Hello, world. Goodbye, world.", "world")]
    [InlineData("string.remove_last", "Hello, world. Goodbye, .", "Hello, world. Goodbye, world.", "world")]
    [InlineData("string.replace", "Hello, buddy. Goodbye, buddy.", "Hello, world. Goodbye, world.", "world", "buddy")]
    [InlineData("string.replace", "bbab", "aaaaab", "aa", "b")]
    [InlineData("string.replace_first", "Hello, buddy. Goodbye, world.", "Hello, world. Goodbye, world.", "world", "buddy")]
    [InlineData("string.replace_first", "Hello, world. Goodbye, buddy.", "Hello, world. Goodbye, world.", "world", "buddy", true)]
    [InlineData("string.rstrip", "   too many spaces", "   too many spaces           ")]
    [InlineData("string.size", "4", "test")]
    [InlineData("string.size", "0", null)]
    [InlineData("string.slice", "hello", "hello", 0)]
    [InlineData("string.slice", "ello", "hello", 1)]
    [InlineData("string.slice", "ell", "hello", 1, 3)]
    [InlineData("string.slice", "lo", "hello", -2)]
    [InlineData("string.slice", "l", "hello", -2, 1)]
    [InlineData("string.slice", "h", "hello", -7, 3)]
    [InlineData("string.slice", "", "hello", -7, 1)]
    [InlineData("string.slice", "", "hello", 5)]
    [InlineData("string.slice", "", "hello", 1, 0)]
    [InlineData("string.slice", "", "hello", 1, -1)]
    [InlineData("string.slice", "ello", "hello", 1, 99)]
    [InlineData("string.slice1", "h", "hello", 0)]
    [InlineData("string.slice1", "e", "hello", 1)]
    [InlineData("string.slice1", "ell", "hello", 1, 3)]
    [InlineData("string.split", "[\"Hi,\", \"how\", \"are\", \"you\", \"today?\"]", "Hi, how are you today?", " ")]
    [InlineData("string.split", "[\"a\", \"b\"]", ",,a,,,b,", ",")]
    [InlineData("string.split", "[\"abc\"]", "abc", "")]
    [InlineData("string.split", "[]", "", ",")]
    [InlineData("string.starts_with", "true", "This is easy", "This")]
    [InlineData("string.starts_with", "false", "This is easy", "this")]
    [InlineData("string.strip", "too many spaces", "   too many spaces           ")]
    [InlineData("string.strip_newlines", "This is a string. With another string", "This is a string.\r\n With \nanother \rstring")]
    [InlineData("string.to_int", "123", "123")]
    [InlineData("string.to_int", "", "2147483648")]
    [InlineData("string.to_int", "", "x")]
    [InlineData("string.to_long", "123678912345678", "123678912345678")]
    [InlineData("string.to_float", "123.4", "123.4")]
    [InlineData("string.to_double", "1234.5", "1,234.5")]
    [InlineData("string.to_double", "", null)]
    [InlineData("string.truncate", "The cat ca...", "The cat came back the very next day", 13)]
    [InlineData("string.truncate", "The cat came!", "The cat came back the very next day", 13, "!")]
    [InlineData("string.truncate", "short", "short", 5)]
    [InlineData("string.truncate", "...", "longer", 2)]
    [InlineData("string.truncatewords", "The cat came back...", "The cat came back the very next day", 4)]
    [InlineData("string.truncatewords", "one two", " one  two ", 2)]
    [InlineData("string.truncatewords", "one~", "one two", 1, "~")]
    [InlineData("string.upcase", "TEST", "test")]
    [InlineData("string.md5", "098f6bcd4621d373cade4e832627b4f6", "test")]
    [InlineData("string.sha1", "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3", "test")]
    [InlineData("string.sha256", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "test")]
    [InlineData("string.hmac_sha1", "1aa349585ed7ecbd3b9c486a30067e395ca4b356", "test", "secret")]
    [InlineData("string.hmac_sha256", "0329a06b62cd16b33eb6792be8c60b158d89a2ee3a876fce9a881ebb488c0914", "test", "secret")]
    [InlineData("string.pad_left", "     world", "world", 10)]
    [InlineData("string.pad_left", "world", "world", 3)]
    [InlineData("string.pad_right", "hello     ", "hello", 10)]
    [InlineData("string.base64_encode", "aGVsbG8=", "hello")]
    [InlineData("string.base64_decode", "hello", "aGVsbG8=")]
    [InlineData("string.index_of", "6", "hello world", "world")]
    [InlineData("string.index_of", "-1", "hello world", "World")]
    [InlineData("string.index_of", "6", "hello world", "World", null, null, "OrdinalIgnoreCase")]
    [InlineData("string.index_of", "7", "hello world", "o", 5)]
    [InlineData("string.index_of", "-1", "hello world", "world", 0, 10)]
    [InlineData("string.index_of", "0", "hello", "")]
    public void Prints(string name, string expected, params object?[] arguments) => Assert.Equal(expected, Print(name, arguments));

    [Fact]
    public void Long_hashes()
    {
        Assert.Equal(
            "ee26b0dd4af7e749aa1a8ee3c10ae9923f618980772e473f8819a5d4940e0db27ac185f8a0e1d5f84f88bc887fd67b143732c304cc5fa9ad8e6f57f50028a8ff",
            Print("string.sha512", "test"));
        Assert.Equal(
            "f8a4f0a209167bc192a1bffaa01ecdb09e06c57f96530d92ec9ccea0090d290e55071306d6b654f26ae0c8721f7e48a2d7130b881151f2cec8d61d941a6be88a",
            Print("string.hmac_sha512", "test", "secret"));
    }

    [Fact]
    public void Numbers_have_the_kind_that_the_function_says()
    {
        Assert.Equal(ValueKind.Integer, Call("string.to_int", Text("1")).Kind);
        Assert.Equal(ValueKind.Single, Call("string.to_float", Text("1")).Kind);
        Assert.Equal(ValueKind.Double, Call("string.to_double", Text("1")).Kind);
    }

    [Fact]
    public void Arguments_by_name()
    {
        var result = Call(NewRun(), "string.slice", [Text("hello"), Number(1)], ("length", Number(3)));
        Assert.Equal("ell", result.AsString());
    }

    [Theory]
    [InlineData("`string.pad_left`: argument `width` must not be negative, but is -1", "string.pad_left", "a", -1)]
    [InlineData("`string.truncate`: argument `length` must not be negative, but is -1", "string.truncate", "a", -1)]
    [InlineData("`string.base64_decode`: argument `text` must be Base64, but is the text \"?\"", "string.base64_decode", "?")]
    [InlineData("`string.index_of`: argument `startIndex` must be from 0 to 1, but is 2", "string.index_of", "a", "a", 2)]
    [InlineData("`string.index_of`: argument `count` must be from 0 to 1, but is 2", "string.index_of", "a", "a", 0, 2)]
    [InlineData("`string.pluralize`: argument `number` must be a number, but is null", "string.pluralize", null, "a", "b")]
    [InlineData("`string.replace` misses its argument `match`", "string.replace", "a")]
    public void Faults(string expected, string name, params object?[] arguments) => Assert.Equal(expected, Fault(name, arguments));
}
