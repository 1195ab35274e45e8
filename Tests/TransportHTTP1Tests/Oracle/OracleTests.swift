// Every message that is made at random, through our reader and through llhttp: where they differ, a rule says why.

import Foundation
import Statistics
import TestSupport
import Testing
import TransportHTTP1
import TransportMessages

@Suite("HTTP/1.1 beside llhttp")
struct OracleTests {
  static let standardSeed: UInt64 = 20_261_130
  static let seed = TestSeed.value("CTXCHAIN_FUZZ_SEED", standard: standardSeed)
  /// Two for each of the other fuzz tests' frames, which cost more.
  static let messageCount = Int(TestSeed.number("CTXCHAIN_FUZZ_FRAMES") ?? 20_000) * 2

  @Test(
    "What is taken, refused or waited for is the same, but for differences that have a name",
    .enabled(if: Oracle.reasonForAbsence == nil, "\(Oracle.reasonForAbsence ?? "")"))
  func differences() throws {
    let oracle = try Oracle()
    var generator = MessageGenerator(seed: OracleTests.seed)
    print("fuzz seed \(OracleTests.seed), \(OracleTests.messageCount) messages of HTTP/1.1")
    var (sameCount, takenCount) = (0, 0)
    var counts: [String: Int] = [:]
    for index in 0..<OracleTests.messageCount {
      let isReply = index % 3 == 2
      let bytes = isReply ? generator.reply() : generator.request()
      let comparison = Comparison(bytes, isReply: isReply, oracle)
      if comparison.isSame {
        sameCount += 1
        if case .message = comparison.ours { takenCount += 1 }
      } else if let rule = DifferenceRule.all.first(where: { $0.explains(comparison) }) {
        counts[rule.name, default: 0] += 1
      } else {
        Issue.record("\(comparison)")
      }
    }
    #expect(sameCount > OracleTests.messageCount / 2 && takenCount > OracleTests.messageCount / 4)
    for (name, count) in counts.sorted(by: { $0.key < $1.key }) { print("  \(count) × \(name)") }
    if OracleTests.messageCount >= 1_000_000, OracleTests.seed == OracleTests.standardSeed {
      let unused = DifferenceRule.all.map(\.name).filter { counts[$0] == nil }
      #expect(unused.isEmpty, "rules that explain nothing")
    }
  }

  @Test("Whatever bytes come, however they are split, nothing is read outside them, and the outcome is one")
  func random() {
    var generator = MessageGenerator(seed: OracleTests.seed &+ 1)
    var random = SeededGenerator(seed: OracleTests.seed &+ 2)
    for index in 0..<OracleTests.messageCount / 4 {
      let isReply = index % 3 == 2
      var bytes = isReply ? generator.reply() : generator.request()
      if random.chance(0.05) { bytes = random.bytes(random.next(below: 200)) }
      let side = isReply ? HTTP1Side.replies : .requests
      guard !bytes.isEmpty else { continue }
      // A line that is open is looked at when it ends, or at once when it comes first.
      let end = Array("\r\n\r\n".utf8)
      let whole = ReceivingEnd.read([bytes + end], side)
      let cuts = [random.next(below: bytes.count), random.next(below: bytes.count)].sorted()
      let pieces = [bytes[..<cuts[0]], bytes[cuts[0]..<cuts[1]], bytes[cuts[1]...], end[...]].map { Array($0) }
      #expect(
        ReceivingEnd.read(pieces, side) == whole,
        "\(String(decoding: bytes, as: UTF8.self).debugDescription) at \(cuts)")
    }
  }
}

/// What both say of the same bytes.
struct Comparison: CustomStringConvertible {
  let bytes: [UInt8]
  /// A character for each byte.
  let text: String
  let isReply: Bool
  let ours: Outcome
  let theirs: OracleOutcome
  /// Of ours once more, when the line that is open, and the head, have an end.
  let oursWhenEnded: Outcome

  /// Fields that ours keeps for itself.
  private static let own: Set<String> = [
    "host", "expect", "connection", "content-length", "transfer-encoding", "ctxchain", "ctxchain-context-bin",
  ]

  init(_ bytes: [UInt8], isReply: Bool, _ oracle: Oracle) {
    self.bytes = bytes
    self.isReply = isReply
    text = String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) }))
    let side = isReply ? HTTP1Side.replies : .requests
    ours = ReceivingEnd.read([bytes], side, closing: true).first ?? .needsMore
    theirs = oracle.first(in: bytes, isReply: isReply, closing: true)
    // So many, because fewer bytes than a status line has are not looked at.
    let ended = bytes + Array(String(repeating: "\r\n", count: 8).utf8)
    oursWhenEnded = ours == .needsMore ? ReceivingEnd.read([ended], side, closing: true).first! : ours
  }

  var isSame: Bool {
    switch (ours, theirs) {
    case (.needsMore, .needsMore), (.refused, .refused): true
    case (.message(let mine), .message(let other)):
      mine.fields == otherFields(other) && mine.body == other.body && mine.size == other.size
        && mine.isLast == other.isLast
    default: false
    }
  }

  func otherFields(_ other: OracleMessage) -> [String] {
    other.fields.filter { !Comparison.own.contains(String($0.prefix { $0 != "=" })) }
  }

  /// Both take it, and differ in what it says.
  var bothTake: (ours: ReadMessage, theirs: OracleMessage)? {
    if case .message(let mine) = ours, case .message(let other) = theirs { (mine, other) } else { nil }
  }

  /// Only we refuse, with that status.
  var ourRefusal: (status: UInt16, fault: TransportFault)? {
    guard case .refused(let status, let fault) = ours else { return nil }
    if case .refused = theirs { return nil }
    return (status, fault)
  }

  /// Only they refuse.
  var theirRefusal: String? {
    if case .refused = ours { return nil }
    if case .refused(let reason) = theirs { return reason }
    return nil
  }

  /// CR and LF are two.
  func matches<Output>(_ regex: Regex<Output>) -> Bool { text.contains(regex.matchingSemantics(.unicodeScalar)) }

  var description: String { "\(text.debugDescription): ours \(ours), llhttp \(theirs)" }
}
