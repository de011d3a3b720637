return await PluginHost.Cli.CommandLine.RunAsync(args);
