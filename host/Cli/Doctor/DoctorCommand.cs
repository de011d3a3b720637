using System.CommandLine;
using System.Globalization;
using PluginHost.Cli.Terminal;
using PluginHost.Testing;

namespace PluginHost.Cli.Doctor;

/// <summary>Examines a plugin or a script by itself: loads, starts, exercises, stops and unloads it, and says what it has found.</summary>
internal static class DoctorCommand
{
    private const int MaxCases = 1_000_000;

    /// <summary>The command.</summary>
    public static Command Make(Output output)
    {
        var path = new Argument<string>("PATH") { Description = "The folder of a plugin, its DLL, or a script." };
        var options = new Option<string>("--options") { Description = "The plugin's options, a JSON object.", HelpName = "JSON", DefaultValueFactory = _ => "{}" };
        var sample = new Option<string[]>("--sample") { Description = "A conversation that its clients may have, as connect --play reads it. May be repeated.", HelpName = "FILE" };
        var cases = new Option<int>("--cases") { Description = "How many conversations are tried with each handler.", HelpName = "N", DefaultValueFactory = _ => 200 };
        var replay = new Option<string?>("--replay") { Description = "Try one conversation again: what a fault has printed.", HelpName = "SEED" };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        cases.Validators.Add(result =>
        {
            if (result is { Implicit: false, Tokens: [var token] }
                && !(int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= MaxCases))
                result.AddError($"--cases is a number from 1 to {MaxCases}, not '{token.Value}'");
        });
        var doctor = new Command("doctor", "Load, start, exercise, stop and unload a plugin or a script by itself, and say what is wrong with it.") { path, options, sample, cases, replay, json };
        doctor.SetAction((parsed, _) => RunAsync(
            parsed.GetValue(path)!,
            new Examination(parsed.GetValue(options)!, parsed.GetValue(sample) ?? [], parsed.GetValue(cases), parsed.GetValue(replay)),
            parsed.GetValue(json),
            output));
        return new Command("plugin", "Look at plugins.") { doctor };
    }

    private static async Task<int> RunAsync(string path, Examination wanted, bool json, Output output)
    {
        if (FileOf(path) is not { } file)
        {
            output.Problem($"{path} is no plugin: name a DLL, a script (.sbn), or a folder that holds <name>.dll of its own name");
            return ExitCode.Usage;
        }
        try
        {
            var report = await Examiner.ExamineAsync(file, wanted).ConfigureAwait(false);
            Print(report, json, output);
            return report.Findings.Count == 0 ? ExitCode.Ok : ExitCode.Problem;
        }
        catch (Exception exception) when (exception is FormatException or IOException or UnauthorizedAccessException or System.Text.Json.JsonException)
        {
            output.Problem(exception.Message);
            return ExitCode.Usage;
        }
    }

    /// <summary>The file that a path names: itself, or the assembly of the folder's name in it.</summary>
    internal static string? FileOf(string path)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full)) full = Path.Combine(full, Path.GetFileName(Path.TrimEndingDirectorySeparator(full)) + ".dll");
        return File.Exists(full) && Path.GetExtension(full).ToLowerInvariant() is ".dll" or ".sbn" && File.Exists(full) ? full : null;
    }

    private static void Print(Diagnosis report, bool json, Output output)
    {
        if (json)
        {
            output.Json(report);
            return;
        }
        foreach (var handler in report.Handlers)
            output.Line($"{handler.Subprotocol}: {handler.Cases} conversations, {handler.BytesPerMessage} bytes allocated per message, slowest call on the loop {handler.SlowestMilliseconds:0} ms");
        if (report.IsUnloaded is { } unloaded) output.Line(unloaded ? "Unloaded: nothing holds it in memory" : "Not unloaded");
        foreach (var finding in report.Findings)
        {
            output.Problem($"{finding.Kind}: {(finding.Handler is null ? "" : $"{finding.Handler}: ")}{finding.Message}");
            if (finding.Replay is null) continue;
            output.Line($"  again with --replay {finding.Replay}; shrunk, for connect --play:");
            foreach (var line in finding.Conversation!) output.Line(line);
        }
        if (report.Findings.Count == 0) output.Line("Nothing is wrong", "green");
    }
}

/// <summary>How a plugin is to be examined.</summary>
/// <param name="Options">Its options.</param>
/// <param name="Samples">Files with conversations that its clients may have.</param>
/// <param name="Cases">How many conversations are tried with each handler.</param>
/// <param name="Replay">The one that is tried again.</param>
internal sealed record Examination(string Options, IReadOnlyList<string> Samples, int Cases, string? Replay)
{
    /// <summary>The conversations.</summary>
    public IReadOnlyList<Conversation> Conversations() => [.. Samples.Select(file =>
    {
        try
        {
            return Conversation.Load(file);
        }
        catch (FormatException exception)
        {
            throw new FormatException($"{file}: {exception.Message}", exception);
        }
    })];
}

/// <summary>What was found of a plugin.</summary>
/// <param name="File">Its file.</param>
/// <param name="Handlers">What was measured.</param>
/// <param name="IsUnloaded">Nothing holds it in memory; <see langword="null"/> of a script, and of what could not be loaded.</param>
/// <param name="Findings">What is wrong.</param>
internal sealed record Diagnosis(string File, IReadOnlyList<HandlerFigures> Handlers, bool? IsUnloaded, IReadOnlyList<Finding> Findings);

/// <summary>What was measured of a handler.</summary>
/// <param name="Subprotocol">Its first subprotocol.</param>
/// <param name="Cases">Conversations that were tried.</param>
/// <param name="BytesPerMessage">Bytes allocated for a message, beyond what a handler that does nothing takes.</param>
/// <param name="SlowestMilliseconds">The longest that it kept its loop, or 0 where it is not called on it.</param>
internal sealed record HandlerFigures(string Subprotocol, int Cases, long BytesPerMessage, double SlowestMilliseconds);

/// <summary>Something that is wrong.</summary>
/// <param name="Kind">load, fault, blocked, stop, log or memory.</param>
/// <param name="Handler">The subprotocol, where it is about one.</param>
/// <param name="Message">What.</param>
/// <param name="Replay">What tries it again.</param>
/// <param name="Conversation">What was said, a step each.</param>
internal sealed record Finding(string Kind, string? Handler, string Message, string? Replay = null, IReadOnlyList<string>? Conversation = null);
