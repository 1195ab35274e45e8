// Header fields that come twice, or joined to one by a comma: the table of docs/PROPAGATION.md, row by row.

import Context
import Foundation
import Propagation
import Testing

@Suite("A header field that comes twice, as fields or joined,")
struct RepeatedFieldTests {
  struct Row: CustomTestStringConvertible {
    let propagator: String
    let field: String
    let repeated: String
    let joined: String

    var testDescription: String { field }

    static let all: [Row] = {
      let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/PROPAGATION.md")
      let text = (try? String(contentsOf: page, encoding: .utf8)) ?? ""
      return text.matches(of: /\| `([^`]+)` \| `([^`]+)` \| ([a-z]+) \| ([a-z]+) \|/).map { row in
        Row(propagator: "\(row.1)", field: "\(row.2)", repeated: "\(row.3)", joined: "\(row.4)")
      }
    }()
  }

  /// Two whole messages that differ in every field.
  private static let messages: [String: [(String, String, String)]] = [
    "tracecontext": [
      (
        "traceparent", "00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-01",
        "00-11111111111111111111111111111111-2222222222222222-00"
      ), ("tracestate", "a=1", "b=2"),
    ],
    "baggage": [("baggage", "a=1", "b=2")],
    "b3": [
      ("x-b3-traceid", "80f198ee56343ba864fe8b2a57d3eff7", "11111111111111111111111111111111"),
      ("x-b3-spanid", "e457b5a2e4d86bd1", "2222222222222222"), ("x-b3-parentspanid", "05e3ac9a4f6e3b90", "-"),
      ("x-b3-sampled", "1", "0"), ("x-b3-flags", "0", "1"),
    ],
    "jaeger": [
      ("uber-trace-id", "80f198ee56343ba864fe8b2a57d3eff7:e457b5a2e4d86bd1:0:1", "1:2:0:0"), ("uberctx-a", "1", "2"),
    ],
    "xray": [
      (
        "x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793;Self=1",
        "Parent=53995c3f42cd8ad8;Root=1-5759e988-bd862e3fe1be46a994272794"
      )
    ],
    "ottrace": [
      ("ot-tracer-traceid", "64fe8b2a57d3eff7", "1111111111111111"),
      ("ot-tracer-spanid", "e457b5a2e4d86bd1", "2222222222222222"), ("ot-tracer-sampled", "true", "false"),
      ("ot-baggage-a", "1", "2"),
    ],
    "datadog": [
      ("x-datadog-trace-id", "7277407061855694839", "1"), ("x-datadog-parent-id", "16453819474850114513", "2"),
      ("x-datadog-sampling-priority", "1", "0"), ("x-datadog-tags", "_dd.p.dm=-4", "_dd.p.tid=80f198ee56343ba8"),
    ],
    "raw-headers": [("x-user-id", "u-1", "u-2"), ("x-tenant-code", "a", "b"), ("x-trace-id", "t-1", "t-2")],
  ]

  private func read(
    _ row: Row, _ values: [String], over transport: Transport = .frame
  ) throws -> (snapshot: ContextSnapshot, spanID: UInt64, drops: ExtractionDrops) {
    var fields: [(name: String, value: [UInt8])] = []
    if row.field == "b3" {
      fields = values.map { (name: "b3", value: Array($0.utf8)) }
    } else {
      for (name, first, _) in try #require(RepeatedFieldTests.messages[row.propagator]) {
        fields += (name == row.field ? values : [first]).map { (name: name, value: Array($0.utf8)) }
      }
    }
    let context = StoreKind.struct.makeContext()
    let drops = try propagator(row.propagator).extract(transport.carrier(fields: fields), into: context)
    return (context.snapshot, context.spanContext().spanID, drops)
  }

  private func values(_ row: Row) throws -> (String, String) {
    if row.field == "b3" {
      return (
        "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1", "11111111111111111111111111111111-2222222222222222-0"
      )
    }
    let field = try #require(RepeatedFieldTests.messages[row.propagator]?.first { $0.0 == row.field })
    return (field.1, field.2)
  }

  private func check(_ word: String, _ row: Row, _ found: (ContextSnapshot, UInt64, ExtractionDrops)) throws {
    let (first, second) = try values(row)
    let alone = try read(row, [first])
    switch word {
    case "malformed":
      #expect(!found.0.hasSpan && found.0.traceState == nil)
      #expect(found.2.contains(.malformedSpanContext))
    case "first":
      #expect(found.0 == alone.snapshot)
      #expect(found.1 == alone.spanID)
    case "newest": #expect(try found.0 == read(row, [second]).snapshot)
    case "text": #expect(found.0.entries.values.contains(.text("\(first), \(second)")))
    case "list":
      // Both members have come.
      #expect(found.0 != alone.snapshot)
      #expect(try found.0 != read(row, [second]).snapshot || first.hasPrefix("_dd"))
      #expect(found.2 == [])
    default: Issue.record("unknown rule \(word)")
    }
  }

  @Test("is read by the rule that is written down", arguments: Row.all, Transport.allCases)
  func rule(row: Row, transport: Transport) throws {
    let (first, second) = try values(row)
    let repeated = try read(row, [first, second], over: transport)
    try check(row.repeated, row, repeated)
    let joined = try read(row, ["\(first), \(second)"], over: transport)
    try check(row.joined, row, joined)
    if row.repeated == row.joined {
      // Only a list that is handed on as it came shows how it was joined.
      var list = joined.snapshot
      list.traceState = list.traceState?.replacing(", ", with: ",")
      #expect(list == repeated.snapshot)
    }
  }

  @Test("has a rule for every field of every format")
  func everyField() throws {
    let written = Set(Row.all.map { "\($0.propagator) \($0.field)" })
    for name in PropagatorRegistry.names where name != "b3multi" {
      for field in try propagator(name).fieldNames {
        #expect(written.contains("\(name) \(field)"), "\(name) \(field) is not in docs/PROPAGATION.md")
      }
    }
    #expect(Row.all.count == written.count && Row.all.count == 23)
  }
}
