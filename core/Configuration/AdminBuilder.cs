using LanguageExt;
using PluginHost.Core.Admin;

namespace PluginHost.Core.Configuration;

/// <summary>Makes what the file says about the admin address.</summary>
internal static class AdminBuilder
{
    public static Option<AdminSite> Admin(PlanScope file, Seq<ListenAddress> listeners, ProblemCollector problems) =>
        file.Written("admin").Map(value => new PlanScope(value, ConfigurationKeys.Admin)).Bind(admin =>
            admin.Text("address").Bind(text => ListenAddress.Parse(text).ToOption()).Map(address =>
            {
                listeners.Find(address.Overlaps).Iter(other =>
                    PlanBuilder.At(admin, "address", $"a listener has {Quoting.Quote(other.ToString())} already", problems));
                return new AdminSite(address, admin.Texts("hosts").IfNone(Seq<string>.Empty));
            }));
}
