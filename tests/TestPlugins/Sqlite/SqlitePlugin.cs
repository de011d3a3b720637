using Microsoft.EntityFrameworkCore;
using PluginHost.Abstractions;

namespace TestPlugins.Sqlite;

/// <summary>Keeps its messages in a database, whose engine is a native library.</summary>
public sealed class SqlitePlugin : Plugin
{
    public override PluginDescription Describe() => new("Sqlite", "1.0", [Handler.Pure("sqlite", new NotesHandler())]);
}

public sealed class Note
{
    public int Id { get; set; }

    public string Text { get; set; } = "";
}

public sealed class Notes : DbContext
{
    public DbSet<Note> All => Set<Note>();

    protected override void OnConfiguring(DbContextOptionsBuilder options) => options.UseSqlite("Data Source=:memory:");
}

public sealed class NotesHandler : PureHandler<int>
{
    public override Step<int> Open(HandshakeInfo handshake) => Step.To(0);

    public override Step<int> Next(int state, Event e)
    {
        using var notes = new Notes();
        notes.Database.OpenConnection();
        notes.Database.EnsureCreated();
        notes.All.Add(new Note { Text = e.Message.ToString() });
        notes.SaveChanges();
        return Step.To(state, Command.SendText(string.Join(',', notes.All.Select(note => note.Id + ":" + note.Text))));
    }
}
