module PluginName1.Tests.PluginName1Tests

open PluginHost.Abstractions
open PluginHost.Testing
open PluginName1
open Xunit

let private handler =
    HandlerUnderTest((fun () -> PluginName1Plugin() :> Plugin), "plugintoken.v1", Samples = [ Conversation.Of("hello", "again") ])

[<Fact>]
let ``It counts and answers`` () =
    task {
        use! host = TestHost.StartAsync(PluginName1Plugin())
        let! client = host.OpenAsync "plugintoken.v1"
        do! client.SayAsync "hello"
        let! answer = client.ExpectTextAsync()
        Assert.Equal("1: hello", answer)
    }

[<Fact>]
let ``Junk is no fault`` () = HandlerProperties.JunkIsNoFault handler

[<Fact>]
let ``Answers do not depend on the transport`` () =
    HandlerProperties.AnswersDoNotDependOnTransport handler

[<Fact>]
let ``It stops cleanly`` () = HandlerProperties.StopsCleanly handler

[<Fact>]
let ``It is deterministic`` () = HandlerProperties.IsDeterministic handler
