using System.Runtime.CompilerServices;
using PluginHost.Abstractions;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Loading;

/// <summary>A plugin whose assembly is loaded. Every call into it is guarded: what goes wrong comes back as a problem.</summary>
public sealed class LoadedPlugin
{
    private LoadedCode? _code;
    private Plugin? _plugin;
    private PluginDescription? _description;
    private PluginScope? _scope;

    internal LoadedPlugin(PluginCandidate candidate, PluginMetadata metadata, LoadedCode? code, Plugin plugin,
        PluginDescription description, bool isScript)
    {
        Id = candidate.Id;
        File = candidate.File;
        Metadata = metadata;
        Options = new(candidate.OptionsJson);
        IsScript = isScript;
        _code = code;
        _plugin = plugin;
        _description = description;
    }

    /// <summary>The plugin's id.</summary>
    public string Id { get; }

    /// <summary>The absolute path of its assembly.</summary>
    public string File { get; }

    /// <summary>The private copy of its folder, from which it runs; <see langword="null"/> for scripts and after it was unloaded.</summary>
    internal string? CopyFolder => _code?.Copy.Folder;

    /// <summary>It is a script: there is no assembly, and its file is the script's.</summary>
    public bool IsScript { get; }

    /// <summary>What its metadata says: assembly name, version, contract.</summary>
    public PluginMetadata Metadata { get; }

    /// <summary>Its options.</summary>
    public PluginOptions Options { get; }

    /// <summary>What it says about itself.</summary>
    /// <exception cref="ObjectDisposedException">It has been unloaded.</exception>
    public PluginDescription Description => _description ?? throw new ObjectDisposedException(Id);

    /// <summary>What it may use of its host; <see langword="null"/> unless it is started.</summary>
    internal PluginContext? Context => _scope;

    private string Pointer => $"/plugins/entries/{Id}";

    /// <summary>Has the plugin check its options. Starts nothing.</summary>
    public IReadOnlyList<PluginProblem> Validate(TimeSpan limit)
    {
        var (found, fault) = Guarded.Call(() => Problems(_plugin!, Options), limit);
        if (fault is not null)
            return [new(File, $"its options could not be validated: {fault}", "Report this to the plugin's author", $"{Pointer}/options")];
        return [.. found!.Select(p => new PluginProblem(File, $"option {(p.Pointer.Length == 0 ? "{}" : p.Pointer)}: {p.Message}",
            $"Correct the options of '{Id}' in plugins.json", $"{Pointer}/options{p.Pointer}"))];
    }

    /// <summary>Starts the plugin.</summary>
    /// <returns>What went wrong, or <see langword="null"/>.</returns>
    public async Task<PluginProblem?> StartAsync(
        PluginServices services, TimeSpan limit, CancellationToken cancellation)
    {
        var scope = new PluginScope(Id, Options, Path.GetDirectoryName(File)!, IsScript ? services with { Topics = services.ScriptTopics } : services);
        _scope = scope;
        var plugin = _plugin!;
        var fault = await Guarded.CallAsync(token => plugin.StartAsync(scope, token), limit, cancellation).ConfigureAwait(false);
        if (fault is null)
            return null;
        EndScope();
        return new(File, $"it could not be started: {fault}", "See the plugin's log lines, or set \"enabled\": false");
    }

    /// <summary>Its connections begin to be stopped: it is told, on the thread pool, and nobody waits for it.</summary>
    internal Task BeginStoppingAsync() => _scope is { } scope ? Task.Run(scope.BeginStopping) : Task.CompletedTask;

    /// <summary>Stops the plugin, if it was started, and ends its scope.</summary>
    /// <returns>What went wrong, or <see langword="null"/>.</returns>
    public async Task<PluginProblem?> StopAsync(TimeSpan limit, CancellationToken cancellation)
    {
        if (_scope is null)
            return null;
        var plugin = _plugin!;
        var fault = await Guarded.CallAsync(plugin.StopAsync, limit, cancellation).ConfigureAwait(false);
        EndScope();
        return fault is null ? null : new(File, $"it could not be stopped: {fault}", "Report this to the plugin's author");
    }

    /// <summary>
    /// Lets go of the plugin. Its memory is freed when nothing points into it any more, at some later garbage collection; only
    /// <see cref="UnloadedPlugin.IsGone"/> says that it was.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public UnloadedPlugin Unload()
    {
        EndScope();
        var unloaded = new UnloadedPlugin(Id, new WeakReference(_code?.Assembly.Context, trackResurrection: true));
        _code?.Unload();
        _code = null;
        _plugin = null;
        _description = null;
        return unloaded;
    }

    /// <summary>The list copied within the guard: it is the plugin's own and may throw when it is read.</summary>
    private static OptionProblem[] Problems(Plugin plugin, PluginOptions options) =>
        [.. plugin.Validate(options).Select(p => new OptionProblem(OneLine.Of(p.Pointer ?? "", 200), OneLine.Of(p.Message ?? "", 500)))];

    private void EndScope()
    {
        _scope?.Dispose();
        _scope = null;
    }
}

/// <summary>The code of a plugin, and the copy that it runs from.</summary>
/// <param name="Assembly">Its assembly.</param>
/// <param name="Copy">The private copy of its folder.</param>
internal sealed record LoadedCode(PluginAssembly Assembly, PluginCopy Copy)
{
    /// <summary>Lets go of both.</summary>
    public void Unload()
    {
        Assembly.Unload();
        Copy.Remove();
    }
}

/// <summary>A plugin that was let go.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Context">Its load context.</param>
public sealed record UnloadedPlugin(string Id, WeakReference Context)
{
    /// <summary>Its memory was freed. Until then something still points into it.</summary>
    public bool IsGone => !Context.IsAlive;
}
