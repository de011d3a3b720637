using System.Collections;
using Scriban;
using Scriban.Parsing;
using Scriban.Runtime;
using Scriban.Runtime.Accessors;
using Scriban.Syntax;

namespace PluginHost.Server.Scripting.Engine;

/// <summary>Members and items of the script's own values. What is put into one is held to the depth of values.</summary>
internal sealed class BoundedAccessor : IObjectAccessor, IListAccessor
{
    private BoundedAccessor() { }

    /// <summary>The only one: it holds nothing.</summary>
    public static BoundedAccessor Default { get; } = new();

    /// <inheritdoc/>
    public bool HasIndexer => false;

    /// <inheritdoc/>
    public Type? IndexType => null;

    /// <inheritdoc/>
    public int GetMemberCount(TemplateContext context, SourceSpan span, object target) => target is IScriptObject members ? members.Count : 0;

    /// <inheritdoc/>
    public IEnumerable<string> GetMembers(TemplateContext context, SourceSpan span, object target) =>
        target is IScriptObject members ? members.GetMembers() : ["size"];

    /// <inheritdoc/>
    public bool HasMember(TemplateContext context, SourceSpan span, object target, string member) =>
        (member == "size" && target is IList) || (target is IScriptObject members && members.Contains(member));

    /// <inheritdoc/>
    public bool TryGetValue(TemplateContext context, SourceSpan span, object target, string member, out object? value)
    {
        if (member == "size" && target is IList)
        {
            value = GetLength(context, span, target);
            return true;
        }
        value = null;
        return target is IScriptObject members && members.TryGetValue(context, span, member, out value);
    }

    /// <inheritdoc/>
    public bool TrySetValue(TemplateContext context, SourceSpan span, object target, string member, object? value)
    {
        if (target is not IScriptObject members) return false;
        if (members.IsReadOnly) throw new ScriptRuntimeException(span, $"`{member}` cannot be set: this object is read-only");
        if (!members.TrySetValue(context, span, member, value, readOnly: false)) return false;
        ((ScriptContext)context).Nesting.Put(target, value);
        return true;
    }

    /// <inheritdoc/>
    public bool TryGetItem(TemplateContext context, SourceSpan span, object target, object index, out object? value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public bool TrySetItem(TemplateContext context, SourceSpan span, object target, object index, object? value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public int GetLength(TemplateContext context, SourceSpan span, object target)
    {
        var length = ((IList)target).Count;
        // A range is walked to its end.
        if (target is ScriptRange { Values: not IList }) ((ScriptContext)context).StepItems(length);
        return length;
    }

    /// <inheritdoc/>
    public object? GetValue(TemplateContext context, SourceSpan span, object target, int index) =>
        ListAccessor.Default.GetValue(context, span, target, index);

    /// <inheritdoc/>
    public void SetValue(TemplateContext context, SourceSpan span, object target, int index, object? value)
    {
        var bounded = (ScriptContext)context;
        var gap = index - ((IList)target).Count;
        if (gap > 0)
        {
            bounded.CheckBytes((long)gap * IntPtr.Size);
            bounded.StepItems(gap);
        }
        ListAccessor.Default.SetValue(context, span, target, index, value);
        bounded.Nesting.Put(target, value);
    }
}
