namespace PluginHost.Server.Connections;

/// <summary>A question to the handler of a connection.</summary>
/// <param name="bytes">What is asked.</param>
internal sealed class HandlerQuestion(ReadOnlyMemory<byte> bytes)
{
    private readonly TaskCompletionSource<ReadOnlyMemory<byte>?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is asked.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes;

    /// <summary>The answer; <see langword="null"/> where there is none.</summary>
    public Task<ReadOnlyMemory<byte>?> Answer => _answer.Task;

    /// <summary>It is answered, or nobody answers. A second answer does nothing.</summary>
    public void SetAnswer(ReadOnlyMemory<byte>? answer) => _answer.TrySetResult(answer);
}
