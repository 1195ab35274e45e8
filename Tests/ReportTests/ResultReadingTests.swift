import Glibc
import Report
import Results
import Statistics
import Testing

@Suite("Reading a result")
struct ResultReadingTests {
  static let document: String = {
    guard let bytes = try? ResultFile.encode(ExampleRun.full()) else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }()

  static func failure(_ text: String) -> String {
    ResultFileTests.failure { _ = try ResultFile.decode(Array(text.utf8), path: "x.json") }
  }

  /// Replaces text that must be there.
  static func edited(_ old: String, _ new: String) throws -> String {
    let range = try #require(document.firstRange(of: old), "no \(old)")
    return document[..<range.lowerBound] + new + document[range.upperBound...]
  }

  @Test("an absent file, a folder and an unreadable path are one-line errors")
  func absent() {
    let absent = ResultFileTests.failure { _ = try ResultFile.read("/nowhere/x.json") }
    #expect(absent == "cannot read /nowhere/x.json: No such file or directory (errno 2)")
    let folder = ResultFileTests.failure { _ = try ResultFile.read("/tmp") }
    #expect(folder == "cannot read /tmp: Is a directory (errno 21)")
  }

  @Test("a document cut off anywhere is not complete")
  func truncated() {
    let bytes = Array(Self.document.utf8)
    for size in stride(from: 0, to: bytes.count - 2, by: 97) {
      let text = ResultFileTests.failure { _ = try ResultFile.decode(Array(bytes[..<size]), path: "x.json") }
      #expect(text == "x.json: expected a complete JSON document: it ends early, after \(size) bytes")
    }
  }

  @Test("bytes that are no JSON are no document", arguments: ["", "hello", "{]", "\u{0}\u{1}\u{2}"])
  func noJSON(text: String) {
    #expect(Self.failure(text).hasPrefix("x.json: expected a complete JSON document: "))
  }

  @Test("another format is named")
  func otherFormat() throws {
    #expect(Self.failure("{}") == "x.json: format: expected \"ctxchain-run\", which chain and run write, got none")
    #expect(
      Self.failure(try Self.edited("\"ctxchain-run\"", "\"other\\nline\""))
        == "x.json: format: expected \"ctxchain-run\", which chain and run write, got \"other line\"")
    #expect(
      Self.failure(try Self.edited("\"ctxchain-run\"", "\"ctxchain-capacity\""))
        == "x.json: format: expected \"ctxchain-run\", which chain and run write, got \"ctxchain-capacity\", which "
        + "capacity writes")
    #expect(Self.failure("[]").hasPrefix("x.json: document: "))
    #expect(Self.failure(#"{"format": 7}"#).hasPrefix("x.json: format: "))
  }

  @Test("a newer version is refused as such, and a version of 0 as wrong")
  func versions() throws {
    #expect(
      Self.failure(try Self.edited("\"version\" : 2", "\"version\" : 3, \"trials\" : 7"))
        == "x.json: version: expected 1 to 2, got 3; a newer ctxchain wrote it")
    #expect(
      Self.failure(try Self.edited("\"version\" : 2", "\"version\" : 0")) == "x.json: version: expected 1 or more")
    #expect(Self.failure(#"{"format": "ctxchain-run"}"#) == "x.json: version: expected 1 or more")
  }

  @Test("a missing, mistyped or impossible field is named with its path")
  func fields() throws {
    let edits: [(old: String, new: String, prefix: String)] = [
      ("\"seed\"", "\"seeds\"", "x.json: seed: is missing"),
      ("\"timedOut\"", "\"late\"", "x.json: trials[0].ledger.timedOut: is missing"),
      ("\"steady\" : false", "\"steady\" : 1", "x.json: warmups[0].steady: "),
      ("\"phase\" : \"open\"", "\"phase\" : \"ajar\"", "x.json: histograms[0].phase: "),
      (
        "\"significantDigits\" : 3", "\"significantDigits\" : 4",
        "x.json: histograms[0].responseTime.significantDigits: "
      ),
      (
        "\"planned\" : 1870", "\"planned\" : -1",
        "x.json: trials[0].ledger.planned: expected a number of another range, got -1"
      ),
      (
        "\"cpuCount\" : 2", "\"cpuCount\" : 2.5",
        "x.json: host.cpuCount: expected a number of another range, got 2.5"
      ),
      (
        "\"memoryBytes\" : 8201000000", "\"memoryBytes\" : 1e30",
        "x.json: host.memoryBytes: expected a number of another range, got 1e+30"
      ),
      ("\"verdict\" : \"suspect\"", "\"verdict\" : null", "x.json: trials[0].validity.verdict: "),
      ("\"fixedNanoseconds\" : 50000", "", "x.json: topology.services[0].script[1].work: "),
    ]
    for edit in edits {
      let text = Self.failure(try Self.edited(edit.old, edit.new))
      #expect(text.hasPrefix(edit.prefix), "\(edit.old): \(text)")
      #expect(text.count > edit.prefix.count || !edit.prefix.hasSuffix(": "))
    }
  }

  @Test("a trial that is wrong is named by its place among all")
  func place() throws {
    var result = ExampleRun.full()
    while result.trials.count < 100 { result.trials.append(result.trials[0]) }
    for index in result.trials.indices { result.trials[index].position = index }
    let text = String(decoding: try ResultFile.encode(result), as: UTF8.self)
    let damaged = text.replacing("\"position\" : 87,", with: "\"position\" : \"87\",")
    #expect(Self.failure(damaged).hasPrefix("x.json: trials[87].position: "))
  }

  @Test("random damage never crashes the reader, nor the report of what it accepts", arguments: [1, 2, 3] as [UInt64])
  func damage(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let original = Array(Self.document.utf8)
    let digits = Array("0123456789-.e".utf8)
    for _ in 0..<150 {
      var bytes = original
      for _ in 0...generator.next(below: 3) {
        // Half of the damage is to digits, so that some of it still is a document.
        let position = generator.next(below: bytes.count)
        let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position])
        bytes[position] = isDigit ? digits[generator.next(below: digits.count)] : UInt8(generator.next(below: 256))
      }
      guard let result = try? ResultFile.decode(bytes, path: "x.json") else { continue }
      #expect(TextReport.render(result).hasSuffix("\n"), "seed \(seed)")
    }
  }
}
