import Control
import Testing
import Topology

@Suite("Lines of the control channel that repeat")
struct RepeatedLineTests {
  private static func turn(_ nanoseconds: Int64) -> ClientCommand { .turn(nanoseconds: nanoseconds, counts: true) }

  private static func decode(_ command: ClientCommand, _ lines: inout RepeatedLines<ClientCommand>) -> ClientCommand? {
    ControlCodec.encode(command).withUnsafeBytes { lines.decode($0) }
  }

  @Test("say each time what they say, however many others come between, short or long")
  func decoding() {
    var lines = RepeatedLines<ClientCommand>()
    let long = ClientCommand.replaceTopology(
      Topology(
        entry: 0, maxDepth: 0, client: ClientSide(propagator: "none", payloadSize: 0, set: []),
        services: (0..<20).map {
          Service(
            name: "service-\($0)", replicas: 1, workers: 1, strategy: "custom", store: "none", contextWork: false,
            keysPerLayer: 0, growth: "shadow", responseSize: 0, errorRate: 0, script: [])
        }))
    for round in 0..<3 {
      for command in [.finish, Self.turn(1), Self.turn(2), long, .stop] + (0..<10).map({ Self.turn($0) }) {
        #expect(Self.decode(command, &lines) == command, "round \(round)")
      }
    }
  }

  @Test("that are no message are none, also the second time")
  func unknown() {
    var lines = RepeatedLines<ClientCommand>()
    for _ in 0..<2 {
      #expect(Array("{\"turned\":{}}".utf8).withUnsafeBytes { lines.decode($0) } == nil)
      #expect([UInt8]().withUnsafeBytes { lines.decode($0) } == nil)
    }
  }
}
