module PluginHost.Core.FSharp.PolicyTests

open LanguageExt
open PluginHost.Core.FSharp.Patterns
open PluginHost.Core.Protocol.Handshake
open Xunit

let private describe policy =
    match policy with
    | Reject -> "refused"
    | Handler token -> $"served by {token}"

let private allowed origin policy =
    match policy with
    | AnyOrigin -> true
    | ListedOrigins(_, origins) -> List.contains origin origins

let private policy =
    HandshakePolicy(
        Prelude.Seq [ "chat"; "echo" ],
        SubprotocolPreference.Server,
        NoOfferPolicy.Handler "echo",
        NoMatchPolicy.Reject,
        OriginPolicy.Listed(false, Prelude.Seq [ "https://example.com" ])
    )

[<Fact>]
let ``Every no-offer policy is matched`` () =
    Assert.Equal("refused", describe (NoOfferPolicy.Reject()))
    Assert.Equal("served by echo", describe policy.NoOffer)

[<Fact>]
let ``Every origin policy is matched`` () =
    Assert.True(allowed "https://elsewhere.example" (OriginPolicy.Any()))
    Assert.True(allowed "https://example.com" policy.Origin)
    Assert.False(allowed "https://elsewhere.example" policy.Origin)

[<Fact>]
let ``Records have structural equality`` () =
    let same = HeadLimits(4096, 16384, 64, 32)
    Assert.True((HeadLimits.Default = same))
    Assert.Equal<string list>([ "chat"; "echo" ], List.ofSeq policy.Protocols)
    Assert.True((policy.NoOffer = NoOfferPolicy.Handler "echo"))
