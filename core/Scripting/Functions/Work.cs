using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>What built-ins count for work and memory, so that no script gets more of either than its limits say.</summary>
internal static class Work
{
    private const int CharactersAStep = 64;
    private const int CopiesAStep = 16;
    private const int OneCharacter = 32;

    /// <summary>Counts a pass over so many characters.</summary>
    public static void Pass(this Run run, long characters) => run.StepMany(characters / CharactersAStep);

    /// <summary>The item of a list at a place from 0: a step, and the memory of what is made anew for it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="argument">The argument that the list is.</param>
    /// <param name="list">The list.</param>
    /// <param name="index">The place.</param>
    public static ScriptValue Item(this Call call, int argument, ScriptSequence list, long index)
    {
        call.Run.Step();
        return call.Fresh(argument, list, index);
    }

    /// <summary>A new array of a part of a list, beginning at a place, with room for more items.</summary>
    public static ScriptArray Copy(this Call call, int argument, ScriptSequence list, long from, long count, int room = 0)
    {
        var run = call.Run;
        run.ChargeArray(Saturated(count, room));
        run.StepMany(count / CopiesAStep);
        var result = new ScriptArray((int)count + room);
        for (long i = 0; i < count; i++) result.Add(call.Fresh(argument, list, from + i));
        return result;
    }

    /// <summary>A new array to which the call adds.</summary>
    public static ScriptArray Empty(this Call call)
    {
        call.Run.ChargeArray(0);
        return new ScriptArray();
    }

    /// <summary>Adds to an array that was made by the call.</summary>
    public static void Append(this Run run, ScriptArray array, ScriptValue value)
    {
        run.Charge(2 * ScriptArray.ItemSize);
        array.Add(value);
    }

    private static ScriptValue Fresh(this Call call, int argument, ScriptSequence list, long index)
    {
        switch (call[argument].Kind)
        {
            case ValueKind.String: call.Run.Charge(OneCharacter); break;
            case ValueKind.Object: call.Run.ChargeObject(2); break;
        }
        return list[index];
    }

    private static long Saturated(long count, int room) => count > long.MaxValue - room ? count : count + room;
}
