using PluginHost.Core.Policy.Calls;

namespace PluginHost.Server.Handlers;

/// <summary>The calls of one connection that have begun. Who has the turn is decided by <see cref="CallTurns"/>. Under its owner's lock.</summary>
/// <param name="runner">Makes the calls.</param>
/// <param name="maxOverlapping">How many may overlap; 0 where the handler has not declared it.</param>
internal sealed class CallsInFlight(SessionRunner runner, int maxOverlapping)
{
    private const int MaxIdle = 32;

    private readonly List<CallSlot> _slots = new(1);
    private readonly Stack<CallSlot> _idle = new(1);
    private CallTurns _turns = CallTurns.None(maxOverlapping);
    private CallSlot? _waiting;
    private long _calls;

    /// <summary>How many there are.</summary>
    public int Count => _slots.Count;

    /// <summary>There is none.</summary>
    public bool IsIdle => _turns.IsIdle;

    /// <summary>None has the turn.</summary>
    public bool IsTurnFree => _turns.Turn == TurnHolder.Nobody;

    /// <summary>The next call may begin.</summary>
    public bool Admits(CallKind next) => _turns.Admits(next == CallKind.Closed);

    /// <summary>A call begins, in a slot where one was just over, or in another.</summary>
    public CallSlot Begin(CallSlot? over, in CallWork work)
    {
        _turns = _turns.Begun();
        var slot = over ?? Take();
        slot.Begin(++_calls, work);
        return slot;
    }

    /// <summary>A call wants to overlap. One that is over, or overlaps already, does.</summary>
    /// <param name="slot">Where it is.</param>
    /// <param name="turn">Its number.</param>
    /// <param name="mayWait">It waits where there is no room.</param>
    public OverlapVerdict Overlap(CallSlot slot, long turn, bool mayWait)
    {
        if (slot.Turn != turn || slot.Standing == CallStanding.Overlaps) return OverlapVerdict.Overlaps;
        if (slot.Standing == CallStanding.Waits) return OverlapVerdict.Full;
        var answer = _turns.Overlap(mayWait, hasRoom: slot.Work.Kind == CallKind.Stopping);
        _turns = answer.Next;
        if (answer.Verdict == OverlapVerdict.Overlaps) slot.Standing = CallStanding.Overlaps;
        return answer.Verdict;
    }

    /// <summary>The call waits for room, with the turn.</summary>
    public ValueTask Wait(CallSlot slot)
    {
        _waiting = slot;
        return slot.WaitForRoom();
    }

    /// <summary>A call is over; its slot is to be used again, or left.</summary>
    /// <returns>A call that has waited for room and overlaps now.</returns>
    public CallSlot? End(CallSlot slot)
    {
        CallSlot? letIn = null;
        if (slot.Standing == CallStanding.Overlaps)
        {
            (_turns, var letsIn) = _turns.OverlapEnded();
            if (letsIn) (letIn, _waiting) = (_waiting, null);
            if (letIn is not null) letIn.Standing = CallStanding.Overlaps;
        }
        else
        {
            _turns = _turns.TurnEnded();
            if (ReferenceEquals(_waiting, slot)) _waiting = null; // it has not awaited the room that it had asked for
        }
        slot.End();
        return letIn;
    }

    /// <summary>No call follows in the slot for now.</summary>
    public void Leave(CallSlot slot)
    {
        var last = _slots[^1];
        (_slots[slot.Place], last.Place) = (last, slot.Place);
        _slots.RemoveAt(_slots.Count - 1);
        if (_idle.Count < MaxIdle) _idle.Push(slot);
    }

    /// <summary>The connection is over: nobody waits for room any more.</summary>
    /// <returns>The call that did.</returns>
    public CallSlot? TakeWaiting()
    {
        if (_waiting is not { } waiting) return null;
        _waiting = null;
        waiting.Standing = CallStanding.HasTurn;
        _turns = _turns.WaitEnded();
        return waiting;
    }

    /// <summary>The connection is over, and the calls have had their time.</summary>
    public void TimeOver() => _turns = _turns.TimeOver();

    /// <summary>A thread has been running one of them for long, and that was not said before.</summary>
    public bool AreSlow(long limit, long now)
    {
        var isSlow = false;
        foreach (var slot in _slots) isSlow |= slot.IsSlow(limit, now);
        return isSlow;
    }

    private CallSlot Take()
    {
        var slot = _idle.TryPop(out var idle) ? idle : new CallSlot(runner);
        slot.Place = _slots.Count;
        _slots.Add(slot);
        return slot;
    }
}
