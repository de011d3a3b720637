using BenchmarkDotNet.Running;
using PluginHost.Benchmarks.Core;
using PluginHost.Benchmarks.Floor;
using PluginHost.Benchmarks.Hostile;
using PluginHost.Benchmarks.Macro;

// dotnet run -c Release --project tests/Benchmarks -- --filter '*'     the core, by BenchmarkDotNet
// dotnet run -c Release --project tests/Benchmarks -- compressed       echo with compression, beside ASP.NET Core
// dotnet run -c Release --project tests/Benchmarks -- macro            the published server, beside ASP.NET Core
// dotnet run -c Release --project tests/Benchmarks -- topics           many topics, and subscribers that do not read
// dotnet run -c Release --project tests/Benchmarks -- scripts          hostile scripts, and the time and memory of a typical one
// dotnet run -c Release --project tests/Benchmarks -- hostile          attacks on the published server
if (args is ["hostile", .. var attacks]) return HostileCommand.Run(attacks);
if (args is ["scripts"]) return ScriptMeasurements.Run();
if (args is ["topics", .. var options]) return TopicCommand.Run(options);
if (args is ["floor"]) BareEcho.Run();
if (args is ["macro", .. var scenarios]) return MacroCommand.Run(scenarios);
if (args is ["compressed", .. var sizes]) await CompressedEcho.RunAsync(sizes.Length == 0 ? [200, 2_000, 20_000] : [.. sizes.Select(int.Parse)]);
else BenchmarkSwitcher.FromAssembly(typeof(ScriptBenchmarks).Assembly).Run(args);
return 0;
