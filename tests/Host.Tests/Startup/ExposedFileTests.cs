using PluginHost.Tests.Authentication;
using PluginHost.Tests.Cli;
using PluginHost.Tests.Scripting;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Startup;

/// <summary>Files of users, keys and secrets that everybody on the machine may write or read are spoken of.</summary>
public sealed class ExposedFileTests : IDisposable
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [LinuxTheory]
    [InlineData("users", UnixFileMode.OtherRead, null)]
    [InlineData("users", UnixFileMode.OtherWrite, "write it; take that away with chmod o-w")]
    [InlineData("secret", UnixFileMode.GroupRead | UnixFileMode.GroupWrite, null)]
    [InlineData("secret", UnixFileMode.OtherRead, "read it; take that away with chmod o-r")]
    [InlineData("secret", UnixFileMode.OtherWrite, "write it; take that away with chmod o-w")]
    [InlineData("key.pem", UnixFileMode.OtherRead | UnixFileMode.OtherWrite, "read and write it; take that away with chmod o-rw")]
    [InlineData("server.pem", UnixFileMode.OtherRead, "read it; take that away with chmod o-r")] // the private key is in it
    [InlineData("cert.pem", UnixFileMode.OtherRead, null)]
    [InlineData("plugins.json", UnixFileMode.OtherRead, null)]
    [InlineData("plugins.json", UnixFileMode.OtherWrite, "write it; take that away with chmod o-w")]
    public void What_everybody_may_do_is_a_note(string file, UnixFileMode more, string? note)
    {
        Write();
        SetMode(_folder[file], Own | more);
        var notes = Notes();
        if (note is null) Assert.Empty(notes);
        else
        {
            Assert.StartsWith(_folder[file], Assert.Single(notes), StringComparison.Ordinal);
            Assert.EndsWith("everybody on this machine may " + note, notes[0], StringComparison.Ordinal);
        }
    }

    [LinuxFact]
    public void The_file_that_a_link_leads_to_counts()
    {
        Write();
        File.Move(_folder["users"], _folder["real"]);
        File.CreateSymbolicLink(_folder["users"], "real");
        Assert.Empty(Notes());
        SetMode(_folder["real"], Own | UnixFileMode.OtherWrite);
        Assert.Contains("users", Assert.Single(Notes()), StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task Check_and_a_start_say_so()
    {
        Write();
        SetMode(_folder["users"], Own | UnixFileMode.OtherWrite);
        var check = await HostProcess.RunAsync(_folder.Path, "check", "--json");
        Assert.Equal(0, check.ExitCode);
        Assert.Contains(check.Json.GetProperty("notes").EnumerateArray(), note => IsIt(note.GetString()!));
        Assert.Contains((await HostProcess.RunAsync(_folder.Path, "check")).Error.Split('\n'), IsIt);

        static bool IsIt(string line) =>
            line.EndsWith("users (/authentication/basic/users): everybody on this machine may write it; take that away with chmod o-w", StringComparison.Ordinal);
    }

    private static void SetMode(string file, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, mode);
    }

    private string[] Notes() => ScriptServer.Prepare(_folder).Match(
        prepared => prepared.Notes.Where(note => note.Contains("everybody on this machine", StringComparison.Ordinal)).ToArray(),
        problems => throw new InvalidOperationException(string.Join('\n', problems)));

    private void Write()
    {
        using var certificate = TestCertificates.Server("localhost");
        _folder.Write("server.pem", TestCertificates.Pem(certificate));
        _folder.Write("cert.pem", certificate.ExportCertificatePem());
        _folder.Write("key.pem", TestCertificates.KeyPem(certificate));
        _folder.Write("users", AuthServer.UserLine("ann", AuthServer.Password) + "\n");
        _folder.Write("secret", Tokens.SecretText + "\n");
        _folder.Write("plugins.json", """
            {
              "listeners": [
                { "name": "main", "tls": { "certificate": "server.pem", "certificates": [{ "certificate": "cert.pem", "key": "key.pem" }] } }
              ],
              "authentication": { "basic": { "users": "users" }, "bearer": { "keys": [{ "secret": "{file:secret}" }] } },
              "routes": [{ "path": "/" }]
            }
            """);
        foreach (var file in Directory.EnumerateFiles(_folder.Path)) SetMode(file, Own);
    }
}
