/// Complete active patterns over the unions of the core: the compiler then knows when a case was forgotten.
module PluginHost.Core.FSharp.Patterns

open PluginHost.Core.Protocol.Handshake

let (|Reject|Handler|) (policy: NoOfferPolicy) =
    policy.Match((fun () -> Reject), (fun token -> Handler token))

let (|AnyOrigin|ListedOrigins|) (policy: OriginPolicy) =
    policy.Match((fun () -> AnyOrigin), (fun same origins -> ListedOrigins(same, List.ofSeq origins)))
