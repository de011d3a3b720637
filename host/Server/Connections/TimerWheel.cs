namespace PluginHost.Server.Connections;

/// <summary>Something that wants to be called at a time. It stands in at most one wheel, and carries its own links.</summary>
internal abstract class Timed
{
    internal Timed? Previous;
    internal Timed? Next;
    internal int Slot = -1;
    internal long SlotTick;

    /// <summary>When it wants to be called, in milliseconds on its loop's clock; <see cref="long.MaxValue"/> for never.</summary>
    internal abstract long DueAt { get; }

    /// <summary>The time has come.</summary>
    internal abstract void OnDue(long now);
}

/// <summary>
/// One timer for all connections of a loop: a hashed wheel of 1,024 slots of 64 ms. An entry that is put off stays where it is and is looked at
/// again when its slot comes round, so traffic on a connection costs nothing here.
/// </summary>
internal sealed class TimerWheel(long now)
{
    private const int Slots = 1024;
    private const int TickShift = 6;

    private readonly Timed?[] _slots = new Timed?[Slots];
    private readonly ulong[] _occupied = new ulong[Slots / 64];
    private long _tick = now >> TickShift;

    /// <summary>Makes sure that the entry is called no later than one tick after it is due.</summary>
    public void Update(Timed entry)
    {
        var due = entry.DueAt;
        if (due == long.MaxValue) return; // a stale place is dropped when its slot comes round
        var tick = Math.Clamp((due >> TickShift) + 1, _tick + 1, _tick + Slots - 1);
        if (entry.Slot >= 0)
        {
            if (entry.SlotTick <= tick) return;
            Remove(entry);
        }
        Insert(entry, tick);
    }

    /// <summary>Takes the entry out, if it is in.</summary>
    public void Remove(Timed entry)
    {
        if (entry.Slot < 0) return;
        if (entry.Next is { } next) next.Previous = entry.Previous;
        if (entry.Previous is { } previous) previous.Next = entry.Next;
        else
        {
            _slots[entry.Slot] = entry.Next;
            if (entry.Next is null) _occupied[entry.Slot >> 6] &= ~(1UL << (entry.Slot & 63));
        }
        entry.Previous = entry.Next = null;
        entry.Slot = -1;
    }

    /// <summary>Milliseconds until a slot comes round that has entries; −1 when there are none.</summary>
    public int MillisecondsToNext(long now)
    {
        for (var i = 0; i <= Slots / 64; i++)
        {
            var from = (int)((_tick + 1) & (Slots - 1));
            var word = ((from >> 6) + i) & (Slots / 64 - 1);
            var bits = _occupied[word];
            if (i == 0) bits &= ulong.MaxValue << (from & 63);
            if (i == Slots / 64) bits &= ~(ulong.MaxValue << (from & 63));
            if (bits == 0) continue;
            var slot = (word << 6) + System.Numerics.BitOperations.TrailingZeroCount(bits);
            var ahead = (slot - from) & (Slots - 1);
            return (int)Math.Max(0, ((_tick + 1 + ahead) << TickShift) - now);
        }
        return -1;
    }

    /// <summary>Calls everything that is due.</summary>
    public void Advance(long now)
    {
        var target = now >> TickShift;
        // After a long pause every slot is passed once, not more.
        if (target - _tick > Slots) _tick = target - Slots;
        while (_tick < target)
        {
            _tick++;
            var slot = (int)(_tick & (Slots - 1));
            while (_slots[slot] is { } entry)
            {
                Remove(entry);
                if (entry.DueAt <= now) entry.OnDue(now);
                Update(entry);
            }
        }
    }

    private void Insert(Timed entry, long tick)
    {
        var slot = (int)(tick & (Slots - 1));
        entry.Slot = slot;
        entry.SlotTick = tick;
        entry.Previous = null;
        entry.Next = _slots[slot];
        if (entry.Next is { } next) next.Previous = entry;
        _slots[slot] = entry;
        _occupied[slot >> 6] |= 1UL << (slot & 63);
    }
}
