using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using PluginHost.Abstractions;
using PluginHost.Server.Loading;
using PluginHost.Server.Logging;

namespace PluginHost.Tests.Loading;

/// <summary>What the loader and the scopes of plugins refuse or survive, one rule at a time.</summary>
public sealed class PluginGuardTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    private static string Echo => Path.Combine(AppContext.BaseDirectory, "plugins", "echo", "echo.dll");

    [Fact]
    public void An_assembly_for_a_later_runtime_is_refused_from_metadata()
    {
        var image = File.ReadAllBytes(Echo);
        using (var pe = new PEReader(new MemoryStream(image)))
        {
            var reader = pe.GetMetadataReader();
            var runtime = reader.AssemblyReferences.First(one => reader.GetString(reader.GetAssemblyReference(one).Name) == "System.Runtime");
            // ECMA-335 II.22.5: a row of AssemblyRef begins with the major version.
            var row = pe.PEHeaders.MetadataStartOffset + reader.GetTableMetadataOffset(TableIndex.AssemblyRef)
                + (reader.GetTableRowSize(TableIndex.AssemblyRef) * (MetadataTokens.GetRowNumber(runtime) - 1));
            image[row] = 99;
        }
        Assert.StartsWith("it was built for .NET 99, this host runs on", PluginMetadata.Read(image, "x.dll").Problem?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_assembly_for_another_processor_is_a_problem()
    {
        var image = File.ReadAllBytes(Echo);
        using (var pe = new PEReader(new MemoryStream(image)))
            image[pe.PEHeaders.CorHeaderStartOffset + 16] |= (byte)CorFlags.Requires32Bit;
        _temp.Make("plugins", "echo");
        File.WriteAllBytes(_temp["plugins", "echo", "echo.dll"], image);
        Assert.Contains("it cannot be loaded: ", Assert.Single(Problems()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_assembly_that_is_too_large_is_not_read()
    {
        _temp.Make("plugins", "large");
        using (var file = File.Create(_temp["plugins", "large", "large.dll"])) file.SetLength((256L << 20) + 1);
        Assert.Equal("it is larger than 256 MiB", Assert.Single(Problems()).Message);
    }

    [Fact]
    public void A_generic_plugin_cannot_be_made()
    {
        PluginSource.Compile(_temp["plugins"], "p", "public class A<T> : Plugin { public override PluginDescription Describe() => null; }");
        Assert.Contains("is abstract or generic", Assert.Single(Problems()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_are_looked_at_also_where_something_else_is_wrong()
    {
        _temp.Copy(Path.Combine(AppContext.BaseDirectory, "plugins", "chat"), "plugins", "chat");
        _temp.Write("plugins/broken/broken.dll", "x");
        var problems = Problems(new PluginEntry("chat", OptionsJson: """{"history":1001}"""));
        Assert.Equal(2, problems.Count);
        Assert.Contains(problems, one => one.Pointer == "/plugins/entries/chat/options/history");
    }

    [Fact]
    public async Task Plugins_are_stopped_in_the_opposite_order()
    {
        foreach (var id in new[] { "a", "b", "c" })
            PluginSource.Compile(_temp["plugins"], id, $$"""
                public class P : Plugin
                {
                    private PluginContext _context;
                    public override PluginDescription Describe() => new("P", "1", new[] { Handler.Inline("{{id}}", _ => null) });
                    public override ValueTask StartAsync(PluginContext context, CancellationToken c) { _context = context; return default; }
                    public override ValueTask StopAsync(CancellationToken c) { _context.Log.Information("stopped"); return default; }
                }
                """);
        var order = new List<string>();
        var set = PluginLoader.Load(Sources()).Match(loaded => loaded, problems => throw new InvalidOperationException(string.Join('\n', problems)));
        Assert.Empty(await set.StartAsync(TestServices.Noting((id, _, _) => order.Add(id)), CancellationToken.None));
        Assert.Empty(await set.StopAsync(CancellationToken.None));
        Assert.Equal(["c", "b", "a"], order);
        set.Unload();
    }

    [Fact]
    public void What_is_registered_late_or_throws_is_disposed_of_all_the_same()
    {
        var (lines, disposed) = (new List<string>(), new List<int>());
        var scope = new PluginScope("p", new PluginOptions("{}"), _temp.Path, TestServices.Noting((_, _, line) => lines.Add(line)));
        scope.Register(new Registration(() => disposed.Add(1)));
        scope.Register(new Registration(() => throw new InvalidOperationException("no\nmore")));
        scope.Register(new Registration(() => disposed.Add(2)));
        scope.Dispose();
        Assert.Equal([2, 1], disposed);
        Assert.Equal([@"disposing a registration threw InvalidOperationException: no\u000amore"], lines);
        scope.Register(new Registration(() => disposed.Add(3)));
        Assert.Equal([2, 1, 3], disposed);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\r\nb\0\u007f\u0085", @"a\u000d\u000ab\u0000\u007f\u0085")]
    [InlineData("a\u2028b\u2029c", @"a\u2028b\u2029c")]
    [InlineData("0123456789abcdef", "0123456789abcdef")]
    [InlineData("0123456789abcdefg", "0123456789abcdef…")]
    public void Text_of_plugins_becomes_one_line(string text, string line) => Assert.Equal(line, OneLine.Of(text, line.Length < 16 || line[0] != '0' ? 100 : 16));

    private PluginSources Sources(params PluginEntry[] entries) => new(_temp.Path, _temp["host"], "plugins", true, true, entries);

    private IReadOnlyList<PluginProblem> Problems(params PluginEntry[] entries) => PluginLoader.Load(Sources(entries)).Match(_ => [], problems => problems);

    private sealed class Registration(Action dispose) : IDisposable
    {
        public void Dispose() => dispose();
    }
}
