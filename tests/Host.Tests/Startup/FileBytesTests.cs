using PluginHost.Core.Text;
using PluginHost.Server.Files;

namespace PluginHost.Tests.Startup;

/// <summary>Files that the settings name: certificates, keys, users, secrets.</summary>
public sealed class FileBytesTests : IDisposable
{
    private const int Most = 4 << 20;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [LinuxFact]
    public async Task What_is_no_file_is_empty_and_never_waited_for()
    {
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", [_folder["pipe"]])) await mkfifo.WaitForExitAsync();
        File.CreateSymbolicLink(_folder["link"], "pipe");
        foreach (var path in new[] { _folder["pipe"], _folder["link"], "/dev/zero", "/dev/null", _folder.Write("empty", "") })
        {
            var read = await Task.Run(() => FileBytes.Read(path)).WaitAsync(TimeSpan.FromSeconds(60));
            Assert.Equal($"{path}: 0", $"{path}: {read.Match(bytes => $"{bytes.Length}", fault => fault.Why)}");
        }
    }

    [Theory]
    [InlineData(Most, true)]
    [InlineData(Most + 1, false)]
    public void Its_size_is_bounded(int length, bool accepted)
    {
        using (var file = File.Create(_folder["file"])) file.SetLength(length);
        FileBytes.Read(_folder["file"]).Match(
            bytes => Assert.Equal((length, true), (bytes.Length, accepted)),
            fault => Assert.Equal(($"{_folder["file"]} is larger than 4 MiB; that is no such file", false), (fault.Why, accepted)));
    }

    [Fact]
    public void A_folder_and_nothing_are_told_apart()
    {
        Assert.Contains("is a folder", FileBytes.Read(_folder.Path).Match(_ => "", fault => fault.Why), StringComparison.Ordinal);
        Assert.Contains("there is no file", FileBytes.Read(_folder["nowhere"]).Match(_ => "", fault => fault.Why), StringComparison.Ordinal);
        Assert.Contains("there is no file", FileBytes.Read(_folder["nowhere/deeper"]).Match(_ => "", fault => fault.Why), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("secret", "secret")]
    [InlineData("secret\n", "secret")]
    [InlineData("secret\r\n", "secret")]
    [InlineData("secret\n\n", "secret\n")]
    [InlineData("secret\r", "secret\r")]
    [InlineData(" secret ", " secret ")]
    public void A_secret_is_what_its_file_holds_without_the_end_of_its_last_line(string text, string secret)
    {
        _folder.Write("secret", text);
        Assert.Equal(secret, SecretReader.Read(new Secret.File("secret"), _folder.Path).Match(found => found, fault => fault.Why));
    }

    [Fact]
    public void A_variable_that_is_not_set_is_named() => Assert.Contains(
        "PLUGINHOST_TESTS_NEVER_SET is not set",
        SecretReader.Read(new Secret.Environment("PLUGINHOST_TESTS_NEVER_SET"), _folder.Path).Match(_ => "", fault => fault.Why), StringComparison.Ordinal);
}
