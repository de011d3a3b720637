using System.Text;
using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Scripting.Engine;
using PluginHost.Tests.Server;
using PluginHost.TestSupport;

namespace PluginHost.Tests.Scripting;

/// <summary>What a script is asked, and what it sees of who asks.</summary>
public sealed class ScriptMessageProperties
{
    [Property(MaxTest = 30)]
    public bool However_a_message_is_cut_the_reply_is_the_same(string text, byte[] cuts)
    {
        var message = Encoding.UTF8.GetBytes(text ?? "");
        var server = new ManualServer([ManualScripts.Handler("cut", "{{ state.n = (state.n ?? 0) + 1 }}{{ state.n }} {{ message | string.upcase }} {{ json }} {{ message.size }}")]);
        var whole = ManualScripts.Messages(server.Say(server.Open("cut"), ClientFrames.Of(Opcode.Text, message)));
        var pieces = new List<byte[]>();
        var at = 0;
        foreach (var cut in cuts)
        {
            // Within characters too.
            var length = Math.Min(cut % 8, message.Length - at);
            pieces.Add(ClientFrames.Of(at == 0 && pieces.Count == 0 ? Opcode.Text : Opcode.Continuation, message.AsSpan(at, length), fin: false));
            at += length;
        }
        pieces.Add(ClientFrames.Of(pieces.Count == 0 ? Opcode.Text : Opcode.Continuation, message.AsSpan(at)));
        return whole.Length == 1 && whole.SequenceEqual(ManualScripts.Messages(server.Say(server.Open("cut"), [.. pieces])));
    }

    [Fact]
    public void The_user_and_the_roles_are_seen()
    {
        static string? See(HandshakeInfo handshake) => Engine.Rendering.Tell(
            Engine.Rendering.Parse("{{ connection.user ?? 'nobody' }} {{ connection.roles }}"), Engine.Rendering.Event, connection: ScriptData.Of(handshake)).Reply;
        Assert.Equal("ann [\"admin\", \"cook\"]", See(new HandshakeInfo { User = new User("ann") { Roles = ["admin", "cook"] } }));
        Assert.Equal("nobody []", See(new HandshakeInfo()));
    }
}
