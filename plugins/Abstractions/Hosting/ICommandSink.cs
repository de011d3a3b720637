namespace PluginHost.Abstractions.Hosting;

/// <summary>For hosts: performs what a pure handler wants done.</summary>
public interface ICommandSink
{
    /// <summary>Performs one command; of a step's several, the next follows in order.</summary>
    void Perform(in Command command);
}
