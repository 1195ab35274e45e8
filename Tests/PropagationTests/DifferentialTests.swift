// Our propagators against those of OpenTelemetry for Python, over 10^5 seeded headers and in three directions. Every
// difference must follow from a rule that is written down, and every rule must have an example.

import Context
import Foundation
import Propagation
import Testing

@Suite("Beside OpenTelemetry for Python")
struct DifferentialTests {
  static let seed: UInt64 = 20_261_128
  /// A debug build takes a twelfth: it is as slow as that, and the release build takes all.
  #if DEBUG
    static let isOptimised = false
  #else
    static let isOptimised = true
  #endif
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let python = root.appending(path: ".build/test-venv/bin/python").path
  static let hasPeer = (try? run([python, "-c", "import opentelemetry.propagators.aws"])) == 0

  /// The exit status.
  private static func run(_ arguments: [String]) throws -> Int32 {
    let command = arguments.map { "'\($0)'" }.joined(separator: " ")
    let stream = try #require(popen(command + " 2>/dev/null", "r"))
    return pclose(stream) >> 8
  }

  /// Identifier → reason; a line of the list is rule, formats, reason and source, separated by tabs.
  private func rules() throws -> [String: String] {
    let file = DifferentialTests.root.appending(path: "Tests/Fixtures/differential/divergences.txt")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
    return Dictionary(
      uniqueKeysWithValues: try lines.map { line in
        let columns = line.split(separator: "\t").map(String.init)
        try #require(columns.count == 4, "\(line)")
        return (columns[0], columns[2])
      })
  }

  private struct Sample {
    let input: DifferentialCase
    let ours: DifferentialView
    /// What of `ours` travels on, and the message in which it does.
    let delivered: DifferentialView
    let sent: [(name: String, value: [UInt8])]
  }

  private func sample(_ input: DifferentialCase, _ propagator: any Propagator) -> Sample {
    let context = StoreKind.map.makeContext()
    _ = propagator.extract(FrameTestCarrier(fields: input.fields, binary: []), into: context)
    let snapshot = context.snapshot
    let spanID = context.spanContext().spanID
    return Sample(
      input: input, ours: DifferentialView(snapshot, spanID: spanID, format: input.format),
      delivered: DifferentialView(propagator.delivered(snapshot), spanID: spanID, format: input.format),
      sent: injected(context, by: propagator, over: .frame).receivedFields)
  }

  private func message(_ fields: [(name: String, value: [UInt8])]) -> String {
    if fields.isEmpty { return "-" }
    let digits = Array("0123456789abcdef".utf8)
    var bytes: [UInt8] = []
    for field in fields {
      if !bytes.isEmpty { bytes.append(0x2c) }
      bytes += Array(field.name.utf8) + [0x3d]
      for byte in trimmed(field.value) { bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func fields(_ message: String) -> [(name: String, value: [UInt8])] {
    if message == "-" { return [] }
    return message.components(separatedBy: ",").map { field in
      let sides = field.components(separatedBy: "=")
      return (sides[0].lowercased(), Vector.bytes(hex: sides[1]))
    }
  }

  /// What differs between the two sides. The tracestate of a trace that one side does not continue is no matter.
  private func divergences(
    _ format: String, _ direction: Divergence.Direction, _ input: [(name: String, value: [UInt8])],
    _ ours: DifferentialView, _ theirs: DifferentialView
  ) -> [Divergence] {
    if ours == theirs { return [] }
    var parts: [Divergence.Part] = ours.span == theirs.span ? [] : [.span]
    if ours.span != nil, theirs.span != nil, ours.traceState != theirs.traceState { parts.append(.traceState) }
    for name in Set(ours.entries.keys).union(theirs.entries.keys).sorted()
    where ours.entries[name] != theirs.entries[name] {
      parts.append(.entry(name))
    }
    return parts.map {
      Divergence(format: format, direction: direction, part: $0, input: input, ours: ours, theirs: theirs)
    }
  }

  @Test(
    "10^5 headers are read alike, and what each side sends is read alike by the other, but for what is explained",
    .enabled(if: hasPeer, "needs packages of PyPI in .build/test-venv: make test-deps"))
  func differential() throws {
    let samples = try samples()
    let headerCount = samples.reduce(0) { $0 + $1.input.fields.count }
    if DifferentialTests.isOptimised { #expect(headerCount >= 100_000) }
    let results = try results(samples)
    let reasons = try rules()
    #expect(Set(reasons.keys) == Set(DifferentialRules.all.keys))
    var counts: [String: Int] = [:]
    var unexplained: [Divergence] = []
    for (sample, result) in zip(samples, results) {
      for divergence in try divergences(of: sample, result) {
        let explaining = DifferentialRules.all.filter { $0.value(divergence) }.map(\.key)
        for rule in explaining { counts[rule, default: 0] += 1 }
        if explaining.isEmpty { unexplained.append(divergence) }
      }
    }
    for divergence in unexplained.prefix(20) { Issue.record("\(divergence)") }
    #expect(unexplained.count == 0, "seed \(DifferentialTests.seed)")
    if DifferentialTests.isOptimised {
      for rule in reasons.keys.sorted() { #expect(counts[rule] != nil, "\(rule) explains nothing") }
    }
    print("\(headerCount) headers beside OpenTelemetry; differences by rule: \(counts.sorted { $0.key < $1.key })")
  }

  private func samples() throws -> [Sample] {
    var cases = DifferentialCases(seed: DifferentialTests.seed)
    var samples: [Sample] = []
    for (format, count) in DifferentialCases.plan {
      let propagator = try propagator(format)
      for _ in 0..<(DifferentialTests.isOptimised ? count : count / 12) {
        samples.append(sample(cases.next(format), propagator))
      }
    }
    return samples
  }

  private func results(_ samples: [Sample]) throws -> [String] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "ctxchain-peer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (input, output) = (folder.appending(path: "cases"), folder.appending(path: "results"))
    let lines = samples.map { "\($0.input.format)\t\(message($0.input.fields))\t\(message($0.sent))\n" }
    try lines.joined().write(to: input, atomically: false, encoding: .utf8)
    let script = DifferentialTests.root.appending(path: "scripts/opentelemetry-peer").path
    #expect(try DifferentialTests.run([DifferentialTests.python, script, input.path, output.path]) == 0)
    let results = try String(contentsOf: output, encoding: .utf8).components(separatedBy: "\n").dropLast()
    try #require(results.count == samples.count)
    return Array(results)
  }

  private func divergences(of sample: Sample, _ result: String) throws -> [Divergence] {
    let columns = result.components(separatedBy: "\t")
    let format = sample.input.format
    var theirs = DifferentialView(peer: columns[0])
    var found = divergences(format, .extract, sample.input.fields, sample.ours, theirs)
    let again = DifferentialView(peer: columns[1])
    found += divergences(format, .ourInject, sample.sent, sample.delivered, again)
    let sent = fields(columns[2])
    if !sent.isEmpty {
      if format == "ottrace" {
        theirs.span?.traceIDHigh = 0
        if theirs.span?.traceIDLow == 0 { theirs.span = nil }
      }
      let propagator = try propagator(format)
      let context = StoreKind.map.makeContext()
      _ = propagator.extract(FrameTestCarrier(fields: sent, binary: []), into: context)
      let ours = DifferentialView(context.snapshot, spanID: context.spanContext().spanID, format: format)
      found += divergences(format, .theirInject, sent, ours, theirs)
    }
    return found
  }
}
