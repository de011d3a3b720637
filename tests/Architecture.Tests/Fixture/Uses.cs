namespace PluginHost.Architecture.Fixture;

/// <summary>Mentions a type of a library by a field.</summary>
internal sealed class UsesAsField
{
    public Dictionary<string, FsCheck.Config[]>? Held = null;
}

/// <summary>By an argument.</summary>
internal static class UsesAsArgument
{
    public static void Take(FsCheck.Config? config) => _ = config is null;
}

/// <summary>By what it derives from.</summary>
internal sealed class UsesAsBase : List<FsCheck.Config>;

/// <summary>Within a method.</summary>
internal static class UsesInside
{
    public static object Make() => FsCheck.Config.Default;
}

/// <summary>By what a method that it calls gives.</summary>
internal static class UsesResult
{
    public static bool Has() => new UsesAsField().Held?.Count > 0;
}

/// <summary>In a type within it.</summary>
internal static class UsesNested
{
    internal sealed class Inner
    {
        public FsCheck.Config? Config = null;
    }
}

/// <summary>Not at all.</summary>
internal static class UsesNothing
{
    public static int One() => 1;
}
