using System.Text;
using PluginHost.Core.Tests.Configuration;

namespace PluginHost.Hostile.Corpora;

/// <summary>Paths that lead elsewhere, and configurations that say nonsense.</summary>
internal static class FileCorpus
{
    private const string Valid = """
        {
          "listeners": [{ "name": "main", "address": "127.0.0.1:0" }, { "name": "local", "address": "unix:s" }],
          "plugins": { "directory": "plugins", "entries": { "echo": { "enabled": true, "options": { "a": 1 } } } },
          "routes": [
            { "path": "/", "protocols": ["echo"], "noOffer": "echo", "origins": ["same", "https://example.com"] },
            { "path": "/chat/{room}", "noMatch": "acceptThenClose", "limits": { "message": "64KiB", "controlFrameBurst": 7 } }
          ],
          "limits": { "message": "1MiB", "handshake": "5s", "slowConsumer": "dropOldest" },
          "keepAlive": { "ping": "20s", "timeout": "20s" },
          "rates": { "messagesPerSecond": 100, "over": "drop" },
          "compression": { "enabled": true, "serverWindowBits": 12 },
          "shutdown": { "drain": "5s", "code": 1001 }
        }

        """;

    public static IEnumerable<string> Paths()
    {
        string[] ups = ["..", "../", "../..", "./..", "a/..", "a/../..", "..\\", "..\\..", "a\\..\\..", "/..", "/../..", "..;", "...//..", "a/./../.."];
        foreach (var up in ups) yield return up;
        foreach (var up in new[] { "../", "../../", "../../../../../../", "a/../../", "./../", "..\\", "..\\..\\", "a\\..\\..\\", "x/../../x/../../" }) yield return up + "outside/evil.dll";
        foreach (var link in new[] { "link", "link/evil.dll", "link/evil.sbn", "linked.dll", "linked.sbn", "deep/link/evil.dll", "circle", "circle.dll", "dangling.dll", "links/1/2/3/evil.dll" }) yield return link;
        foreach (var control in new[] { "\0", "a\0.dll", "evil.dll\0.txt", "a\nb.dll", "a\rb.dll", "a\tb.dll", "\u001b[31m.dll", "a\u007f.dll", "a\u0085.dll", "\u0001" }) yield return control;
        foreach (var device in new[]
        {
            "/dev/null", "/dev/zero", "/dev/random", "/dev/tty", "/dev/stdin", "/dev/fd/0", "/proc/self/mem", "/proc/self/fd/0", "/proc/self/environ", "/proc/1/root", "/sys/kernel", "/dev", "/", "//", "//server/share/x.dll",
            "\\\\server\\share\\x.dll", "\\\\.\\pipe\\x", "\\\\?\\C:\\x.dll", "C:\\windows\\x.dll", "c:x.dll", "NUL:", "CON:x", "file:///etc/passwd", "http://example.com/x.dll", "x.dll:stream", "x.dll::$DATA", "~/../../etc/passwd",
        })
            yield return device;
        foreach (var outside in new[] { "{outside}/../outside/evil.dll", "{outside}/./evil.dll", "{outside}//../evil.dll", "{outside}/missing.dll", "{outside}/pipe", "{outside}/pipe.dll", "{outside}", "{outside}/empty.dll", "{outside}/text.dll" }) yield return outside;
        foreach (var nothing in new[] { "", ".", " ", "folder", "folder/", "pipe", "socket", "missing", "missing.dll", "empty.dll", "text.dll", "folder.dll" }) yield return nothing;
    }

    public static IEnumerable<HostileConfiguration> Configurations()
    {
        yield return new("nothing", "");
        yield return new("white space", " \n\t");
        yield return new("a number", "1");
        yield return new("an array", "[]");
        yield return new("two objects", "{} {}");
        yield return new("not closed", "{");
        yield return new("deep arrays", "{\"x\":" + new string('[', 5000));
        yield return new("deep objects", string.Concat(Enumerable.Repeat("{\"a\":", 3000)));
        yield return new("deep options", "{ \"plugins\": { \"entries\": { \"echo\": { \"options\": " + new string('[', 200) + new string(']', 200) + " } } } }");
        yield return new("a byte order mark of UTF-16", "\u00ff\u00fe{\0}\0");
        yield return new("control characters in a key", "{ \"\\u001b[2J\\n\": 1 }");
        yield return new("a long key", "{ \"" + new string('k', 5000) + "\": 1 }");
        yield return new("many unknown keys", "{ " + string.Join(", ", Enumerable.Range(0, 200).Select(i => $"\"key{i}\": {i}")) + " }");
        yield return new("a huge number", "{ \"limits\": { \"message\": 1" + new string('0', 400) + " } }");
        yield return new("NaN", "{ \"limits\": { \"message\": NaN } }");
        yield return new("a lone surrogate", "{ \"listeners\": [{ \"name\": \"\\ud800\" }] }");
        // There are more than need be kept; these are spread evenly over all kinds.
        var all = Mutants.Of(Valid).ToList();
        foreach (var mutant in all.Where((_, i) => i % (all.Count / 220) == 0)) yield return new(mutant.Name, Encoding.Latin1.GetString(mutant.Utf8));
    }
}
