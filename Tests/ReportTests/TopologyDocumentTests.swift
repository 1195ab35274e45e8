import FoundationEssentials
import Testing
import Topology

@Suite("A topology in a result")
struct TopologyDocumentTests {
  static let steps: [(step: Step, text: String)] = [
    (.set([Assignment(key: "tenant", value: .text("42"))]), #"{"set":[{"key":"tenant","value":"42"}]}"#),
    (.set([Assignment(key: "user", value: .integer(-42))]), #"{"set":[{"key":"user","value":-42}]}"#),
    (.work(.fixed(nanoseconds: 50_000)), #"{"work":{"fixedNanoseconds":50000}}"#),
    (.countedWork(iterations: 20_000), #"{"work":{"iterations":20000}}"#),
    (.sleep(.exponential(meanNanoseconds: 7)), #"{"sleep":{"exponentialMeanNanoseconds":7}}"#),
    (.parallel([]), #"{"parallel":[]}"#),
  ]

  @Test("a step is one key and its value", arguments: steps.indices)
  func step(index: Int) throws {
    let (step, text) = Self.steps[index]
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(step), as: UTF8.self) == text)
    #expect(try JSONDecoder().decode(Step.self, from: Data(text.utf8)) == step)
  }

  @Test("a call comes back as it was")
  func call() throws {
    let call = Call(
      service: 3, payloadSize: 512, timeoutNanoseconds: 100, probability: 0.3, retries: 2, propagator: "packed",
      transport: "frame", dropsContext: true)
    for step in [Step.call(call), .parallel([call, call])] {
      #expect(try JSONDecoder().decode(Step.self, from: JSONEncoder().encode(step)) == step)
    }
  }

  @Test(
    "a step of no kind, of two kinds or of an unknown kind is refused",
    arguments: [
      "{}", #"{"set":[],"parallel":[]}"#, #"{"dance":[]}"#, #"{"work":{}}"#,
      #"{"work":{"fixedNanoseconds":1,"exponentialMeanNanoseconds":1}}"#,
      #"{"work":{"iterations":1,"fixedNanoseconds":1}}"#,
      #"{"set":[{"key":"a","value":1.5}]}"#,
      #"{"set":[{"key":"a","value":null}]}"#,
    ])
  func refused(text: String) {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(Step.self, from: Data(text.utf8)) }
  }
}
