namespace Samples.Length

open PluginHost.Abstractions

/// Answers a text with the lengths of all texts so far, the newest first.
type LengthPlugin() =
    inherit Plugin()

    let next (seen: int list) (e: Event) =
        match e.Kind with
        | EventKind.Text -> let seen = e.Message.Length :: seen in Step.To(seen, Command.SendText(string seen))
        | EventKind.Binary -> raise (CloseConnectionException(CloseCodes.UnsupportedData, "text only"))
        | _ -> Step.To seen

    override _.Describe() =
        PluginDescription("Length", "1.0", [ Handler.Pure("length", (fun _ -> Step.To []), next) ])
