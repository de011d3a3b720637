using System.Collections;
using System.Runtime.CompilerServices;

namespace PluginHost.Abstractions;

/// <summary>None, one or several <see cref="Command"/>s, in order. Immutable. Allocates only for two or more.</summary>
[CollectionBuilder(typeof(Commands), nameof(From))]
public readonly struct Commands : IReadOnlyList<Command>, IEquatable<Commands>
{
    private readonly Command _one;
    private readonly Command[]? _many;

    /// <summary>One command; <see cref="CommandKind.None"/> counts as none.</summary>
    public Commands(Command command) => _one = command;

    private Commands(Command[] many) => _many = many;

    /// <summary>No command.</summary>
    public static Commands None => default;

    /// <summary>How many there are.</summary>
    public int Count => _many is not null ? _many.Length : _one.Kind == CommandKind.None ? 0 : 1;

    /// <summary>The command at that place, from 0.</summary>
    public Command this[int index] =>
        _many is not null ? _many[index]
        : index == 0 && Count == 1 ? _one
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {Count} commands.");

    /// <summary>The commands of a span, without those of kind <see cref="CommandKind.None"/>. It is also what a collection expression
    /// calls.</summary>
    public static Commands From(ReadOnlySpan<Command> commands)
    {
        var count = 0;
        var last = default(Command);
        foreach (var command in commands)
            if (command.Kind != CommandKind.None)
            {
                count++;
                last = command;
            }

        if (count <= 1)
            return new(last);
        var many = new Command[count];
        var next = 0;
        foreach (var command in commands)
            if (command.Kind != CommandKind.None)
                many[next++] = command;
        return new(many);
    }

    /// <summary>The commands of a sequence, without those of kind <see cref="CommandKind.None"/>.</summary>
    public static Commands From(IEnumerable<Command> commands)
    {
        ArgumentNullException.ThrowIfNull(commands);
        return commands is Commands same ? same : From([.. commands]);
    }

    /// <summary>One command.</summary>
    public static implicit operator Commands(Command command) => new(command);

    /// <summary>Equal commands in the same order.</summary>
    public static bool operator ==(Commands left, Commands right) => left.Equals(right);

    /// <summary>Different commands, or in another order.</summary>
    public static bool operator !=(Commands left, Commands right) => !left.Equals(right);

    /// <summary>Each command in order, where it lies.</summary>
    internal void HandTo(Hosting.ICommandSink sink)
    {
        if (_many is null)
        {
            if (_one.Kind != CommandKind.None) sink.Perform(in _one);
            return;
        }
        foreach (ref readonly var command in _many.AsSpan()) sink.Perform(in command);
    }

    /// <inheritdoc/>
    public bool Equals(Commands other)
    {
        if (Count != other.Count)
            return false;
        for (var i = 0; i < Count; i++)
            if (!this[i].Equals(other[i]))
                return false;
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Commands other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        for (var i = 0; i < Count; i++)
            hash.Add(this[i]);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<Command> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>For people: <c>[SendText "hi", Close 1000]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", this)}]";
}
