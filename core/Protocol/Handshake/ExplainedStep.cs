namespace PluginHost.Core.Protocol.Handshake;

/// <summary>What a step of an explanation is about.</summary>
public enum StepSubject : byte
{
    /// <summary>Who the client is.</summary>
    Client,

    /// <summary>The lists of addresses.</summary>
    Addresses,

    /// <summary>The path and the routes.</summary>
    Route,

    /// <summary>The origin of the page that connects.</summary>
    Origin,

    /// <summary>The subprotocol.</summary>
    Subprotocol,

    /// <summary>Compression.</summary>
    Compression,

    /// <summary>Who the client has to be.</summary>
    Authentication,

    /// <summary>The handler's say.</summary>
    Handler,

    /// <summary>What the client is answered.</summary>
    Answer,
}

/// <summary>What came of a step.</summary>
public enum StepOutcome : byte
{
    /// <summary>Nothing is decided by it.</summary>
    Noted,

    /// <summary>The request goes on.</summary>
    Passed,

    /// <summary>It does not apply; the next one is looked at.</summary>
    Skipped,

    /// <summary>The request is refused.</summary>
    Refused,
}

/// <summary>One thing that was looked at on the way to a decision.</summary>
/// <param name="Subject">What it is about.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Text">One line for people; it may repeat what the client sent, but no credential.</param>
public sealed record ExplainedStep(StepSubject Subject, StepOutcome Outcome, string Text)
{
    /// <summary>The end of a refused request.</summary>
    /// <param name="rejection">The answer.</param>
    public static ExplainedStep Answer(Rejection rejection) =>
        new(StepSubject.Answer, StepOutcome.Refused, $"answer: {rejection.Status}, {rejection.Explanation}");
}
