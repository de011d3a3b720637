using PluginHost.Core.Policy.Limits;
using PluginHost.Server;

namespace PluginHost.Tests.Startup;

public sealed class IdleMemoryTests
{
    [Fact]
    public async Task Memory_is_given_back_once_in_a_quiet_moment()
    {
        var collections = 0;
        var samples = 0;
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (new IdleMemory(Usage, () => Interlocked.Increment(ref collections), TimeSpan.FromMilliseconds(5)))
            await enough.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1, Volatile.Read(ref collections));

        // Busy until the third sample, quiet from then on; all was allocated before.
        Usage Usage()
        {
            var sample = Interlocked.Increment(ref samples);
            if (sample == 10) enough.SetResult();
            return new Usage(1000L * sample, Math.Min(sample, 3) * 900L, sample == 1 ? 0 : QuietMoments.WorthIt);
        }
    }
}
