// The first lines of a control connection.

import Control
import ProcessFigures
import Testing

@Suite("Hellos of control connections")
struct ControlHelloTests {
  private func decode<Message: Decodable>(_ type: Message.Type, _ line: [UInt8]) -> Message? {
    line.withUnsafeBytes { ControlCodec.decode(type, from: $0) }
  }

  @Test("A hello comes back with its token, and fits its limit")
  func hello() throws {
    let text = String(repeating: "~", count: ControlToken.sizeMax)
    let line = ControlCodec.encode(
      ControlHello(version: "0.1.0", token: try ControlToken(Array(text.utf8))))
    #expect(line.count < ControlHello.sizeMax)
    let hello = try #require(decode(ControlHello.self, line)).hello
    #expect(hello.protocol == 1 && hello.version == "0.1.0" && hello.token == text)
  }

  @Test("One without a token is one all the same: what is missing is told as what is wrong")
  func noToken() throws {
    let line = Array(#"{"hello":{"protocol":1,"version":"0.1.0"}}"#.utf8)
    #expect(try #require(decode(ControlHello.self, line)).hello.token == nil)
  }

  @Test("An answer is a node or a reason")
  func answers() throws {
    let node = NodeIdentity(
      version: "0.1.0", service: "a", layer: 1, replica: 0, port: 8080, workers: 2, process: .own())
    for answer in [ControlAnswer(node: node), ControlAnswer(refused: "in use")] {
      #expect(decode(ControlAnswer.self, ControlCodec.encode(answer)) == answer)
    }
  }

  @Test("Another start of a process is not the same process, and another connection is")
  func processes() {
    let own = ProcessIdentity.own()
    #expect(own.isSameProcess(as: ProcessIdentity.own()))
    #expect(own.startTicks > 0 && own.cpuCount > 0 && !own.bootId.isEmpty)
    var other = own
    other.startTicks += 1
    #expect(!own.isSameProcess(as: other))
  }

  @Test("Workers of a node know the same ways: the least counts")
  func edges() {
    let one = [EdgeRoundTrip(service: 1, replica: 0, least: 10, smoothed: 40)]
    let two = [
      EdgeRoundTrip(service: 1, replica: 0, least: 8, smoothed: 20),
      EdgeRoundTrip(service: 2, replica: 1, least: 5, smoothed: 5),
    ]
    #expect(
      one.merging(two) == [
        EdgeRoundTrip(service: 1, replica: 0, least: 8, smoothed: 20),
        EdgeRoundTrip(service: 2, replica: 1, least: 5, smoothed: 5),
      ])
  }
}
