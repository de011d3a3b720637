using System.Security.Cryptography;
using System.Text;
using PluginHost.Abstractions;
using PluginHost.Core.Scripts;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server.Loading;
using PluginHost.Server.Scripting.Engine;

namespace PluginHost.Server.Scripting;

/// <summary>A script as the rest of the host sees it: a plugin without an assembly, whose one handler is the script.</summary>
internal sealed class ScriptPlugin : Plugin
{
    private readonly PluginDescription _description;
    private readonly ScriptHandler _handler;
    private readonly Action<PluginContext> _run;
    private readonly ScriptFile _file;

    private ScriptPlugin(PluginDescription description, ScriptHandler handler, ScriptFile file, Action<PluginContext> run) =>
        (_description, _handler, _file, _run) = (description, handler, file, run);

    /// <inheritdoc/>
    public override PluginDescription Describe() => _description;

    /// <inheritdoc/>
    public override ValueTask StartAsync(PluginContext context, CancellationToken cancellation)
    {
        _handler.Rehearse();
        _handler.Context = context;
        _run(context);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask StopAsync(CancellationToken cancellation)
    {
        _file.Stop();
        return ValueTask.CompletedTask;
    }

    /// <summary>Makes the plugin of a script. Its id is that of the script with <c>.sbn</c>, its version the script's own, or the begin of the text's SHA-256.</summary>
    public static LoadedPlugin Load(
        ServedScript<ScriptProgram> served, IReadOnlyDictionary<string, ScriptPart<ScriptProgram>> parts, ScriptsPlan plan, ScriptFile owner, string file, string options)
    {
        var setting = new ScriptSetting(served.Program, parts, plan.Limits, plan.Wall, ScriptData.Of(options), owner.Store);
        var handler = new ScriptHandler(setting);
        var version = served.Header.Version.IfNone(() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(served.Source.Text)))[..8]);
        var description = new PluginDescription(served.Source.Id + ScriptFolder.Extension, version,
        [
            Handler.Pure(served.Protocols[0], handler).AlsoAs([.. served.Protocols[1..]]).WithDescription(served.Header.Description.IfNone(() => Kind(served.Program.Shape))),
        ]);
        return new LoadedPlugin(
            new PluginCandidate(description.Name, file, null, options),
            new PluginMetadata(description.Name, version, new Version(ContractInfo.Major, ContractInfo.Minor)),
            null,
            new ScriptPlugin(description, handler, owner, context => owner.Run(setting, served.Header.Interval, context)),
            description,
            isScript: true);
    }

    private static string Kind(ScriptShape shape) =>
        shape.IsTemplate ? "a template" : string.Join(", ", shape.Handled.Select(ScriptShape.FunctionOf));
}
