using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Runtime;
using System.Runtime.CompilerServices;
using PluginHost.Core.Scripts;
using Scriban;
using Scriban.Functions;
using Scriban.Parsing;
using Scriban.Runtime;
using Scriban.Runtime.Accessors;
using Scriban.Syntax;

namespace PluginHost.Server.Scripting.Engine;

/// <summary>
/// What the library evaluates scripts in, bounded: steps, time, memory, depth and output of one evaluation. It belongs to one thread, and serves one evaluation
/// after the other as long as none fails.
/// </summary>
internal sealed class ScriptContext : TemplateContext
{
    private const int ColdEvents = 1000;
    private const int CheckedEvery = 16;
    private const int LargeText = 1024;
    private const int LargeList = 64;

    private ScriptLimits _limits = ScriptLimits.Default;
    private TimeProvider _time = TimeProvider.System;
    private TimeSpan _wall;
    private TimeSpan _compiledBefore;
    private long _begun;
    private long _start;
    private long _allocatedBefore;
    private int _steps;
    private int _stop;
    private LimitException? _exceeded;
    private CancellationTokenSource? _alarm;

    /// <summary>Makes one.</summary>
    public ScriptContext()
        : base(Builtins.Root)
    {
        Nesting = new Nesting(this);
        Ambient = new Ambient(this);
        (EnableRelaxedMemberAccess, EnableRelaxedTargetAccess, EnableRelaxedIndexerAccess) = (false, false, true);
        // A member that is not there is null; a member of null is an error.
        TryGetMember = static (TemplateContext _, SourceSpan _, object _, string _, out object? value) =>
        {
            value = null;
            return true;
        };
        (OnStringLimit, ObjectRecursionLimit) = (ScriptLimitBehavior.Throw, 2 * Nesting.Deepest);
        // The library's limit counts what is included twice; output is looked at with the other limits.
        OutputLimit = 0;
        NewLine = "\n";
    }

    /// <summary>How deep values are nested.</summary>
    public Nesting Nesting { get; }

    /// <summary>What the script finds around it.</summary>
    public Ambient Ambient { get; }

    /// <summary>The files that can be included.</summary>
    public IReadOnlyDictionary<string, ScriptPart<ScriptProgram>> Parts { get; private set; } = System.Collections.Frozen.FrozenDictionary<string, ScriptPart<ScriptProgram>>.Empty;

    /// <summary>What the script has asked for.</summary>
    public List<ScriptCommand> Commands { get; } = [];

    /// <summary>A buffer, which whoever uses it leaves as it was.</summary>
    public System.Text.StringBuilder Scratch { get; } = new();

    /// <summary>Members and items that are being read; empty otherwise.</summary>
    public List<KeyValuePair<string, object?>> Pending { get; } = [];

    /// <summary>Names that were read.</summary>
    public NameCache Names { get; } = new();

    /// <summary>What one evaluation may use.</summary>
    public ScriptLimits Limits => _limits;

    /// <summary>The limit that was exceeded: it stays so, whatever the script or the library makes of it.</summary>
    public LimitException? Exceeded => _exceeded;

    /// <summary>The place of a step that is no node of its own.</summary>
    public SourceSpan CurrentSpanForSteps { get; set; }

    /// <summary>Pipes of the library's kind that are being evaluated.</summary>
    public int Pipes { get; set; }

    /// <summary>Lists may be compared where no operator is seen: what they hold may be walked many times over.</summary>
    public bool ComparesValues { get; set; }

    /// <summary>The call that evaluates a text, for errors within it.</summary>
    public SourceSpan EvaluatedAt { get; set; }

    /// <summary>An event begins: what it may use is counted from here.</summary>
    public void Begin(ScriptLimits limits, TimeSpan wall, TimeProvider time, IReadOnlyDictionary<string, ScriptPart<ScriptProgram>> parts)
    {
        if (!ReferenceEquals(limits, _limits) || LoopLimit != LoopsOf(limits)) Take(limits);
        (_wall, _time, Parts, _start) = (wall, time, parts, time.GetTimestamp());
        (_steps, _stop) = (0, Math.Min(CheckedEvery, limits.Steps + 1));
        _allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        _compiledBefore = _begun++ < ColdEvents ? JitInfo.GetCompilationTime(currentThread: true) : TimeSpan.MaxValue;
        (CurrentSpanForSteps, EvaluatedAt, ComparesValues) = (default, default, false);
    }

    /// <summary>An evaluation begins, of one event or of one of several that share what they may use.</summary>
    public void Prepare()
    {
        Reset();
        if (Tags.Count > 0) Tags.Clear();
        Commands.Clear();
        Nesting.Clear();
        Ambient.Clear();
        PushGlobal(Ambient);
    }

    /// <summary>What the script has asked for, which is the caller's from now on.</summary>
    public IReadOnlyList<ScriptCommand> TakeCommands()
    {
        if (Commands.Count == 0) return [];
        ScriptCommand[] taken = [.. Commands];
        Commands.Clear();
        return taken;
    }

    /// <summary>The event is over.</summary>
    public void End()
    {
        _alarm?.Dispose();
        _alarm = null;
        CancellationToken = default;
    }

    private void Take(ScriptLimits limits)
    {
        _limits = limits;
        (LoopLimit, RecursiveLimit, RegexTimeOut) = (LoopsOf(limits), limits.Depth, limits.Regex);
        // The library's own limit is the first length that is too long.
        LimitToString = limits.Output == int.MaxValue ? limits.Output : limits.Output + 1;
    }

    // Items that the library walks by itself cost a quarter of a step.
    private static int LoopsOf(ScriptLimits limits) => (int)Math.Min(int.MaxValue, 4L * limits.Steps);

    /// <summary>Counts steps.</summary>
    public void Step(long count = 1)
    {
        _steps = (int)Math.Min(int.MaxValue, _steps + count);
        if (_steps >= _stop) Check();
    }

    /// <summary>Counts items of a list, or pieces of a text, that are walked within one step.</summary>
    public void StepItems(long count)
    {
        if (count > LargeList) Arm();
        Step(1 + (count / 4));
    }

    /// <summary>Looks at the clock and the memory now.</summary>
    public void Check()
    {
        if (_exceeded is not null) throw _exceeded;
        if (_steps > _limits.Steps) throw Exceed($"more than {_limits.Steps} steps");
        _stop = Math.Min(_steps + CheckedEvery, _limits.Steps == int.MaxValue ? int.MaxValue : _limits.Steps + 1);
        if (GC.GetAllocatedBytesForCurrentThread() - _allocatedBefore > _limits.Memory) throw OutOfMemory();
        if (_time.GetElapsedTime(_start) > _wall && Elapsed > _wall) throw Exceed("out of time");
        CheckOutput();
    }

    /// <summary>Looks at how much was printed.</summary>
    public void CheckOutput()
    {
        if (((StringBuilderOutput)Output).Builder.Length > _limits.Output) throw Exceed($"output longer than {_limits.Output} characters");
    }

    /// <summary>Stops before so much is allocated that it cannot be within the limit.</summary>
    public void CheckBytes(long bytes)
    {
        if (GC.GetAllocatedBytesForCurrentThread() - _allocatedBefore + bytes > _limits.Memory) throw OutOfMemory();
    }

    /// <summary>Stops where a text would be too long.</summary>
    public void CheckText(SourceSpan span, long length)
    {
        if (length <= _limits.Output) return;
        CurrentSpanForSteps = span;
        throw Exceed($"text longer than {_limits.Output} characters");
    }

    /// <summary>The error of a limit, at the place of the current step. From now on every step is that error.</summary>
    public LimitException Exceed(string message)
    {
        var span = CurrentSpan.IsEmpty ? CurrentSpanForSteps : CurrentSpan;
        _exceeded ??= new LimitException(span.FileName == ScriptProgram.MadeText ? EvaluatedAt : span, message);
        _stop = 0;
        return _exceeded;
    }

    private LimitException OutOfMemory() => Exceed($"more than {_limits.Memory} bytes of memory were used");

    // The first events after the start have the runtime compile what they call, longer than a script may take: that is not the script's time.
    // Asking costs as much as a small script, so that only the first are asked about.
    private TimeSpan Elapsed => _time.GetElapsedTime(_start)
        - (_compiledBefore == TimeSpan.MaxValue ? TimeSpan.Zero : JitInfo.GetCompilationTime(currentThread: true) - _compiledBefore);

    /// <summary>From now on loops within the library end with the time, too.</summary>
    public void Arm()
    {
        if (_alarm is not null) return;
        var left = _wall - Elapsed;
        _alarm = new CancellationTokenSource(left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1));
        CancellationToken = _alarm.Token;
    }

    /// <inheritdoc/>
    public override object? Evaluate(ScriptNode? scriptNode, bool aliasReturnedFunction)
    {
        if (scriptNode is null) return null;
        if (++_steps >= _stop) CheckAt(scriptNode);
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw Exceed("calls nested too deep");
        var value = base.Evaluate(scriptNode, aliasReturnedFunction);
        return value is null or bool or int or double ? value : Look(scriptNode, value);
    }

    private void CheckAt(ScriptNode node)
    {
        CurrentSpanForSteps = node.Span;
        Check();
    }

    private object? Look(ScriptNode node, object value)
    {
        switch (value)
        {
            case string text:
                if (text.Length > LargeText) LookAtLarge(node, text.Length);
                return text;
            case BigInteger number when number.GetBitLength() > Operators.MaxNumber:
                CurrentSpanForSteps = node.Span;
                throw Exceed($"a number of more than {Operators.MaxNumber} bits");
            // What a path finds was seen when it came to be.
            case ValueType or IScriptCustomFunction and not IScriptObject:
                return value;
            case var _ when node is IScriptVariablePath:
                if (value is ScriptArray list && (list.Count > LargeList || ComparesValues)) Arm();
                return value;
            case ScriptRange { Values: not ScriptArray } range when node is not ScriptBinaryExpression:
                value = ScriptValues.ToArray(this, range);
                break;
        }
        CurrentSpanForSteps = node.Span;
        if (value is ScriptArray made && (made.Count > LargeList || ComparesValues))
        {
            Arm();
            Check();
        }
        Nesting.See(value);
        return value;
    }

    private void LookAtLarge(ScriptNode node, int length)
    {
        CheckText(node.Span, length);
        CheckAt(node);
        Arm();
    }

    /// <inheritdoc/>
    public override void SetLoopVariable(ScriptVariable variable, object? value)
    {
        Nesting.See(value);
        base.SetLoopVariable(variable, value);
    }

    /// <inheritdoc/>
    public override void Import(SourceSpan span, object objectToImport)
    {
        if (objectToImport is ScriptObject members)
        {
            StepItems(members.Count);
            base.Import(span, objectToImport);
            foreach (var (_, value) in members) Nesting.Put(CurrentGlobal, value);
            return;
        }
        throw new ScriptRuntimeException(span, $"only an object can be imported, not {ScriptValues.Describe(objectToImport)}");
    }

    /// <inheritdoc/>
    public override string? ObjectToString(object? value, bool nested = false)
    {
        if (value is not string) Step();
        return base.ObjectToString(value, nested);
    }

    /// <inheritdoc/>
    public override IList? ToList(SourceSpan span, object? value)
    {
        if (value is string) throw new ScriptRuntimeException(span, "a list is expected, not a text");
        return value is ScriptRange range ? ScriptValues.ToArray(this, range) : base.ToList(span, value);
    }

    /// <inheritdoc/>
    protected override IObjectAccessor? GetMemberAccessorImpl(object target) => target switch
    {
        ScriptObject or ScriptArray or ScriptRange => BoundedAccessor.Default,
        IScriptObject => ScriptObjectAccessor.Default,
        // Their properties are data.
        string or DateTime or TimeSpan or KeyValuePair<string, object?> => base.GetMemberAccessorImpl(target),
        _ when target.GetType().IsPrimitive || target is decimal => base.GetMemberAccessorImpl(target),
        _ => NullAccessor.Default,
    };

    /// <inheritdoc/>
    protected override IListAccessor? GetListAccessorImpl(object target, Type type) =>
        target is ScriptArray or ScriptRange ? BoundedAccessor.Default : base.GetListAccessorImpl(target, type);

    /// <inheritdoc/>
    public override string? GetTemplatePathFromName(string? templateName, ScriptNode? callerContext)
    {
        var span = callerContext?.Span ?? CurrentSpan;
        var path = IncludePath.Check(templateName ?? "").IfLeft(problem => throw new ScriptRuntimeException(span, problem));
        return Parts.ContainsKey(path) ? path : throw new ScriptRuntimeException(span, $"there is no file `{path}` in the folder of scripts");
    }

    /// <inheritdoc/>
    protected override Template CreateTemplate(string templatePath, ScriptNode? callerContext) => Parts[templatePath].Program.Template;
}

/// <summary>A limit was exceeded.</summary>
internal sealed class LimitException(SourceSpan span, string message) : ScriptRuntimeException(span, message);
