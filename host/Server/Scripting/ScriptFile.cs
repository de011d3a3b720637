using LanguageExt;
using PluginHost.Abstractions;
using PluginHost.Core.Scripts;
using PluginHost.Server.Logging;
using PluginHost.Server.Scripting.Engine;

namespace PluginHost.Server.Scripting;

/// <summary>What belongs to the file of a script and outlives each version of its text: the store, and the timer that calls <c>on_interval</c>.</summary>
/// <param name="limits">What the store may hold.</param>
internal sealed class ScriptFile(ScriptStoreLimits limits)
{
    // Held while a call goes on, so that nothing is called after a stop.
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private Option<TimeSpan> _interval;
    private ScriptSetting? _setting;
    private PluginContext? _context;
    private string _lastFault = "";

    /// <summary>What the connections share.</summary>
    public StoreCell Store { get; } = new(limits);

    /// <summary>From now on this text is called. An interval that stays as it was goes on.</summary>
    /// <param name="setting">The script, and what it may use.</param>
    /// <param name="interval">How often it is called; none for never.</param>
    /// <param name="context">The clock, the log and the topics.</param>
    public void Run(ScriptSetting setting, Option<TimeSpan> interval, PluginContext context)
    {
        lock (_gate)
        {
            (_setting, _context) = (setting, context);
            var goesOn = _timer is not null && interval.Exists(time => _interval.Exists(before => before == time));
            _interval = interval;
            if (goesOn) return;
            _timer?.Dispose();
            _timer = interval.MatchUnsafe(time => context.Time.CreateTimer(_ => Call(), null, time, Timeout.InfiniteTimeSpan), () => null);
        }
    }

    /// <summary>The file is gone, or the server stops. A call that goes on is waited for.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _timer?.Dispose();
            (_timer, _interval) = (null, default);
        }
    }

    private void Call()
    {
        lock (_gate)
        {
            if (_timer is null) return;
            try
            {
                Evaluate(_setting!, _context!);
            }
            catch (Exception exception)
            {
                Report(PluginLogLevel.Error, ExceptionText.Describe(exception));
            }
            _interval.Iter(time => _timer.Change(time, Timeout.InfiniteTimeSpan));
        }
    }

    private void Evaluate(ScriptSetting setting, PluginContext context)
    {
        var happened = new ScriptEvent(ScriptEventKind.Interval, context.Time.GetUtcNow(), (ulong)Random.Shared.NextInt64());
        var outcome = ScriptDesk.Own.Handle(setting, happened, ScriptState.Empty, ScriptData.Nothing, context.Time);
        if (outcome.Error is { } error)
        {
            Report(PluginLogLevel.Error, ScriptFailure.OneLine(error));
            return;
        }
        var refused = "";
        foreach (var command in outcome.Commands)
        {
            if (command is ScriptCommand.Log line) context.Log.Information(line.Text);
            else if (command is ScriptCommand.Publish publish && context.Topics.Publish(publish.Topic, ScriptHandler.PublicationOf(publish)) is var result and not TopicResult.Done)
                refused = $"{setting.Program.File}: on_interval: topic \"{publish.Topic}\" was refused: {ScriptTopics.Word(result)}";
        }
        if (refused.Length > 0) Report(PluginLogLevel.Warning, refused);
        else _lastFault = "";
    }

    /// <summary>Says what is wrong once, as long as it stays the same.</summary>
    private void Report(PluginLogLevel level, string fault)
    {
        if (fault == _lastFault) return;
        _lastFault = fault;
        _context!.Log.Write(new LogEntry(level, fault));
    }
}
