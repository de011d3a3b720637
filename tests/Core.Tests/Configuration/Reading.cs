using System.Text;
using LanguageExt;
using PluginHost.Core.Configuration;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;

namespace PluginHost.Core.Tests.Configuration;

/// <summary>Short forms for reading a file in a test.</summary>
internal static class Reading
{
    public static Either<Seq<Problem>, ServerPlan> Read(string json) => ConfigurationReader.Read(Encoding.UTF8.GetBytes(json));

    public static ServerPlan Plan(string json) => Read(json).Match(
        plan => plan,
        problems => throw new Xunit.Sdk.XunitException(string.Join('\n', problems.Map(p => p.Format("plugins.json")))));

    public static Seq<Problem> Problems(string json) => Read(json).Match(
        _ => throw new Xunit.Sdk.XunitException("accepted: " + json),
        problems => problems);

    public static Problem Problem(string json) => Assert.Single(Problems(json));

    /// <summary>The only problem, as printed, without the file's name.</summary>
    public static string Line(string json) => Problem(json).Format("f");
}
