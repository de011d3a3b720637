using BenchmarkDotNet.Attributes;
using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Benchmarks.Core;

/// <summary>Unmasking in place beside a plain copy of the same bytes, all in the cache.</summary>
public class MaskingBenchmarks
{
    private readonly byte[] _payload = new byte[64 * 1024 + 3];
    private readonly byte[] _target = new byte[64 * 1024];

    [Benchmark(Baseline = true)]
    public void Copy() => _payload.AsSpan(0, _target.Length).CopyTo(_target);

    [Benchmark]
    public void Unmask() => Masking.Apply(_payload.AsSpan(0, _target.Length), 0x12345678);

    [Benchmark]
    public void UnmaskUnaligned() => Masking.Apply(_payload.AsSpan(3, _target.Length), 0x12345678);
}
