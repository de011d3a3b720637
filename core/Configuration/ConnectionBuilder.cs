using LanguageExt;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Configuration;

/// <summary>Makes what connections may do of the file's sections: the server's, and each route's on top of it.</summary>
internal static class ConnectionBuilder
{
    /// <summary>The sections from which it is made.</summary>
    /// <param name="Limits">Assembly, send queue, control frames.</param>
    /// <param name="KeepAlive">Times of pings and closing.</param>
    /// <param name="Rates">Messages and bytes.</param>
    /// <param name="SlowConsumer">Where the key <c>slowConsumer</c> stands.</param>
    internal sealed record Sections(PlanScope Limits, PlanScope KeepAlive, PlanScope Rates, PlanScope SlowConsumer);

    private static readonly ConnectionPlan Nothing = new(
        TimeSpan.Zero, new(int.MaxValue, 0, TimeSpan.Zero, SlowConsumerPolicy.Close), TokenRate.Unlimited,
        new(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero), RatePolicy.Unlimited);

    public static ConnectionPlan Server(Sections sections, ProblemCollector problems) => Build(sections, Nothing, problems);

    public static ConnectionPlan Route(PlanScope route, ConnectionPlan server, ProblemCollector problems) => Build(
        new(
            route.Scope("limits", ConfigurationKeys.RouteLimits),
            route.Scope("keepAlive", ConfigurationKeys.RouteKeepAlive),
            route.Scope("rates", ConfigurationKeys.RouteRates),
            route),
        server,
        problems);

    private static ConnectionPlan Build(Sections sections, ConnectionPlan otherwise, ProblemCollector problems) => new(
        sections.Limits.Duration("assembly").IfNone(otherwise.Assembly),
        SendQueue(sections, otherwise.SendQueue, problems),
        ControlFrames(sections.Limits, otherwise.ControlFrames),
        new KeepAlivePlan(
            sections.KeepAlive.Duration("ping").IfNone(otherwise.KeepAlive.Ping),
            sections.KeepAlive.Duration("timeout").IfNone(otherwise.KeepAlive.Timeout),
            sections.KeepAlive.Duration("close").IfNone(otherwise.KeepAlive.Close)),
        Rates(sections.Rates, otherwise.Rates, problems));

    private static SendQueuePlan SendQueue(Sections sections, SendQueuePlan otherwise, ProblemCollector problems)
    {
        var limits = sections.Limits;
        var high = limits.Size("sendQueue").IfNone(otherwise.High);
        var low = limits.Size("sendQueueLow").IfNone(high == otherwise.High ? otherwise.Low : high / 4);
        if (low > high && limits.Written("sendQueueLow").IsSome)
            PlanBuilder.At(limits, "sendQueueLow", $"the low mark lies above the high mark (sendQueue), {Quantity.Format(high)}", problems);
        return new SendQueuePlan(
            high,
            low,
            limits.Duration("sendTimeout").IfNone(otherwise.Timeout),
            sections.SlowConsumer.Text("slowConsumer").Match(
                text => text switch
                {
                    "dropNewest" => SlowConsumerPolicy.DropNewest,
                    "dropOldest" => SlowConsumerPolicy.DropOldest,
                    _ => SlowConsumerPolicy.Close,
                },
                () => otherwise.SlowConsumer));
    }

    /// <summary>The burst is twice the rate, unless it is written.</summary>
    private static TokenRate ControlFrames(PlanScope limits, TokenRate otherwise)
    {
        var rate = limits.Whole("controlFramesPerSecond").IfNone(otherwise.PerSecond);
        return new(rate, limits.Whole("controlFrameBurst").IfNone(rate == otherwise.PerSecond ? otherwise.Burst : 2 * rate));
    }

    private static RatePolicy Rates(PlanScope rates, RatePolicy otherwise, ProblemCollector problems)
    {
        TokenRate Rate(Option<int> rate, Option<int> burst, TokenRate before, string rateKey, string burstKey)
        {
            if (burst.IsSome && rate.IsNone && before.IsUnlimited)
                PlanBuilder.At(rates, burstKey, $"a burst needs its rate, {Quoting.Quote(rateKey)}", problems);
            return new(rate.IfNone(before.PerSecond), burst.IfNone(() => rate.IfNone(before.Burst)));
        }

        TokenRate Messages(string rate, string burst, TokenRate before) => rates.Section.Find(rate).IsNone
            ? before
            : Rate(rates.Whole(rate), rates.Whole(burst), before, rate, burst);
        TokenRate Bytes(string rate, string burst, TokenRate before) => rates.Section.Find(rate).IsNone
            ? before
            : Rate(rates.Size(rate), rates.Size(burst), before, rate, burst);
        return new RatePolicy(
            Messages("messagesPerSecond", "messageBurst", otherwise.Messages),
            Bytes("bytesPerSecond", "byteBurst", otherwise.Bytes),
            Messages("addressMessagesPerSecond", "addressMessageBurst", otherwise.AddressMessages),
            Bytes("addressBytesPerSecond", "addressByteBurst", otherwise.AddressBytes),
            rates.Text("over").Match(
                text => text switch { "drop" => OverRate.Drop, "close" => OverRate.Close, _ => OverRate.Delay },
                () => otherwise.Over));
    }
}
