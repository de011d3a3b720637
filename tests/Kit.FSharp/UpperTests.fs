module PluginHost.Kit.FSharp.UpperTests

open System
open PluginHost.Abstractions
open PluginHost.Plugins.Upper
open PluginHost.Testing
open Xunit

let private upper =
    HandlerUnderTest(
        (fun () -> UpperPlugin() :> Plugin),
        "upper.v1",
        Samples = [ Conversation.Of("hello", "?"); Conversation.Of("grüß", "a", "?", "") ],
        Cases = 40
    )

[<Fact>]
let ``A quiet minute closes the connection`` () =
    task {
        use! host = TestHost.StartAsync(UpperPlugin())
        let! client = host.OpenAsync "upper.v1"
        do! client.SayAsync "hello"
        let! answer = client.ExpectTextAsync()
        Assert.Equal("HELLO", answer)
        host.Clock.Advance(TimeSpan.FromSeconds 59.0)
        do! client.ExpectNothingAsync()
        host.Clock.Advance(TimeSpan.FromSeconds 1.0)
        let! farewell = client.ExpectTextAsync()
        let! close = client.ExpectCloseAsync()
        Assert.Equal(("good bye", 1000, "quiet for a minute"), (farewell, close.Code, close.Reason))
    }

[<Fact>]
let ``Answers do not depend on the transport`` () =
    HandlerProperties.AnswersDoNotDependOnTransport upper

[<Fact>]
let ``Junk is no fault`` () = HandlerProperties.JunkIsNoFault upper

[<Fact>]
let ``It stops cleanly`` () = HandlerProperties.StopsCleanly upper

[<Fact>]
let ``It is deterministic`` () = HandlerProperties.IsDeterministic upper
