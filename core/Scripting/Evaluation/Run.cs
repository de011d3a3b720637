using System.Runtime.CompilerServices;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Evaluation;

/// <summary>
/// One evaluation under way: what is left of its limits, the clock value and the chance it was given, and the place it has reached. Used by
/// one evaluation at a time.
/// </summary>
internal sealed partial class Run
{
    private const int Slice = 512; // steps between two looks at the deadline
    private const int DeepestText = 128;
    private const int MostKept = 4096;

    private ScriptLimits _limits = ScriptLimits.Default;
    private Func<bool>? _isLate;
    private long _memory;
    private int _slice;
    private int _steps;
    private int _depth;
    private ulong _random;

    /// <summary>The place of the call or operation under way: where a fault without a place of its own is reported.</summary>
    public CodeLocation Site { get; set; } = CodeLocation.None;

    /// <summary>What the clock said when the evaluation began.</summary>
    public DateTimeOffset Now { get; private set; }

    /// <summary>The pattern by which dates are printed: <c>date.format</c>. Null for the default, <c>%d %b %Y</c>.</summary>
    public string? DateFormat { get; set; }

    /// <summary>Time for one match of a regular expression.</summary>
    public TimeSpan RegexTimeout => _limits.Regex;

    /// <summary>The longest string that may be made, in characters.</summary>
    public int LongestText => _limits.Output;

    /// <summary>A buffer to build text in: remember its length, append, take what was added, truncate.</summary>
    public CharBuffer Scratch { get; } = new();

    /// <summary>What has been printed: that of the script, then that of each capture, function and include under way.</summary>
    public CharBuffer Output { get; } = new();

    /// <summary>Takes what was printed since the output had a length, as a text.</summary>
    public ScriptValue TakeOutput(int start)
    {
        var text = Output.From(start);
        if (text.IsEmpty) return ScriptValue.EmptyText;
        ChargeText(text.Length);
        var result = ScriptValue.Of(text.ToString());
        Output.Truncate(start);
        return result;
    }

    /// <summary>Checks how much has been printed.</summary>
    public void CheckOutput()
    {
        if (Output.Length > _limits.Output) throw Fail($"output longer than {_limits.Output} characters");
    }

    /// <summary>Values of arrays and objects that are being read.</summary>
    public List<ScriptValue> Pending { get; } = [];

    /// <summary>Starts anew.</summary>
    /// <param name="limits">What may be used.</param>
    /// <param name="now">What <c>date.now</c> gives.</param>
    /// <param name="seed">All chance in the evaluation follows from it.</param>
    /// <param name="isLate">Asked every 512 steps whether the time is over; null for no time limit.</param>
    public void Begin(ScriptLimits limits, DateTimeOffset now, ulong seed, Func<bool>? isLate)
    {
        (_limits, Now, _random, _isLate) = (limits, now, seed, isLate);
        (_memory, _depth, Site, DateFormat) = (limits.Memory, 0, CodeLocation.None, null);
        _slice = Math.Min(Slice, limits.Steps);
        _steps = limits.Steps - _slice;
        Scratch.Reset();
        Pending.Clear();
        if (Pending.Capacity > MostKept) Pending.Capacity = 0;
        Output.Reset();
        BeginScopes();
        _cycles = null;
    }

    /// <summary>Starts anew with what is left.</summary>
    public void Restart()
    {
        (_depth, Site, DateFormat) = (0, CodeLocation.None, null);
        Pending.Clear();
        Output.Reset();
        BeginScopes();
    }

    /// <summary>Counts one step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step()
    {
        if (--_slice < 0) NextSlice(0);
    }

    /// <summary>Counts as many steps: for work that takes that many times as long as a statement.</summary>
    public void StepMany(long count)
    {
        if (count < _slice) _slice -= (int)count;
        else NextSlice(count - _slice);
    }

    /// <summary>Counts bytes that are about to be allocated.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Charge(long bytes)
    {
        if (bytes > _memory) throw Fail($"more than {_limits.Memory} bytes of memory were used");
        _memory -= bytes;
    }

    /// <summary>Counts the memory of a string about to be made, and checks its length.</summary>
    public void ChargeText(long length)
    {
        CheckText(length);
        Charge(24 + 2 * length);
    }

    /// <summary>Checks the length of a string about to be made.</summary>
    public void CheckText(long length)
    {
        if (length > _limits.Output) throw Fail($"text longer than {_limits.Output} characters");
    }

    /// <summary>Counts an array of so many items about to be made.</summary>
    public void ChargeArray(long items) =>
        Charge((ulong)items <= int.MaxValue ? ScriptArray.BaseSize + ScriptArray.ItemSize * items : long.MaxValue);

    /// <summary>Counts an object of so many members about to be made.</summary>
    public void ChargeObject(long members) =>
        Charge((ulong)members <= int.MaxValue ? ScriptObject.BaseSize + ScriptObject.MemberSize * members : long.MaxValue);

    /// <summary>Checks how deep values lie in each other that are being printed, compared or written.</summary>
    public void EnterNesting(int depth)
    {
        if (depth > DeepestText) throw Fail($"a value nested deeper than {DeepestText} levels");
    }

    /// <summary>Calls a function, such as one that a script passed as an argument. Counts the depth; keeps the place for later
    /// faults.</summary>
    public ScriptValue Call(ScriptFunction function, ReadOnlySpan<ScriptValue> arguments) => Call(function, arguments, default, Site);

    /// <inheritdoc cref="Call(ScriptFunction, ReadOnlySpan{ScriptValue})"/>
    public ScriptValue Call(
        ScriptFunction function, ReadOnlySpan<ScriptValue> arguments, ReadOnlySpan<NamedArgument> named, CodeLocation site)
    {
        Enter(site);
        var result = function.Invoke(this, arguments, named, site);
        Leave(site);
        return result;
    }

    /// <summary>Goes one call deeper.</summary>
    public void Enter(CodeLocation site)
    {
        Site = site;
        Step();
        if (++_depth > _limits.Depth) throw Fail($"calls nested deeper than {_limits.Depth}");
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw Fail("calls nested too deep for the stack");
    }

    /// <summary>Comes back from a call.</summary>
    public void Leave(CodeLocation site)
    {
        _depth--;
        Site = site;
    }

    /// <summary>A fault at the place reached: <c>throw run.Fail("...")</c>.</summary>
    public ScriptFault Fail(string message) => new(Site, message);

    /// <summary>64 bits of chance (SplitMix64, from the seed).</summary>
    public ulong NextRandom()
    {
        var z = _random += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>The text of a date when it is printed.</summary>
    public string FormatDate(DateTimeOffset date) => DateFormat is null
        ? date.ToString("dd MMM yyyy", System.Globalization.CultureInfo.InvariantCulture)
        : Functions.DateFormatter.Format(this, date, DateFormat, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Looks at the deadline now: after work that takes long for few steps.</summary>
    public void CheckTime()
    {
        if (_isLate is not null && _isLate()) throw Fail("out of time");
    }

    private void NextSlice(long more)
    {
        more += Math.Max(0, -_slice);
        if (more > _steps) throw Fail($"more than {_limits.Steps} steps");
        _steps -= (int)more;
        _slice = Math.Min(Slice, _steps);
        _steps -= _slice;
        if (_isLate is not null && _isLate()) throw Fail("out of time");
    }
}
