import Launcher
import Testing
import Topology

@Suite("The transport of an arm")
struct ArmTransportTests {
  private func arm(client: String?, call: String) throws -> ArmPlan {
    let vocabulary = Vocabulary(
      presets: [.init(name: "value-chain", store: "value-chain", propagator: "b3")], stores: ["value-chain"],
      propagators: ["b3"], transports: ["frame", "pigeon"])
    var topology = try ChainTopology.make(depth: 3, vocabulary: vocabulary)
    topology.client.transport = client
    for index in topology.services.indices {
      for step in topology.services[index].script.indices {
        topology.services[index].script[step].replaceTransport(by: call)
      }
    }
    return .asWritten(topology)
  }

  @Test("is that of all its edges, the client's included, or mixed; a client that says none has frame")
  func transport() throws {
    #expect(try arm(client: "pigeon", call: "pigeon").transport == "pigeon")
    #expect(try arm(client: nil, call: "frame").transport == "frame")
    #expect(try arm(client: nil, call: "pigeon").transport == "mixed")
    #expect(try arm(client: "pigeon", call: "frame").transport == "mixed")
  }
}
