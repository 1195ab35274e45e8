// What one side reads in a message, in the form in which two sides are compared.

import Context
import Foundation

struct DifferentialView: Equatable {
  struct Span: Equatable {
    var traceIDHigh: UInt64
    var traceIDLow: UInt64
    let spanID: UInt64
    /// All flags of W3C Trace Context; of the other formats only "sampled", because theirs have no more.
    let flags: UInt8

    func hasIDs(of other: Span) -> Bool {
      traceIDHigh == other.traceIDHigh && traceIDLow == other.traceIDLow && spanID == other.spanID
    }
  }

  var span: Span?
  /// Members without white space around them and without empty ones.
  var traceState: String?
  /// As text; properties of baggage members have none.
  var entries: [String: String] = [:]

  init() {}

  init(_ snapshot: ContextSnapshot, spanID: UInt64, format: String) {
    if snapshot.hasSpan {
      span = Span(
        traceIDHigh: snapshot.traceIDHigh, traceIDLow: snapshot.traceIDLow, spanID: spanID,
        flags: format == "tracecontext" ? snapshot.flags : snapshot.flags & 1)
    }
    traceState = snapshot.traceState.map { list in
      list.split(separator: ",").map { String(decoding: trimmed(Array($0.utf8)), as: UTF8.self) }
        .filter { !$0.isEmpty }.joined(separator: ",")
    }
    for (name, value) in snapshot.entries where name.last != ";" {
      switch value {
      case .integer(let integer): entries[name] = String(integer)
      case .text(let text): entries[name] = text
      }
    }
  }

  /// As scripts/opentelemetry-peer writes it.
  init(peer text: String) {
    let parts = text.components(separatedBy: ";")
    if parts[0] != "-" {
      let ids = parts[0].components(separatedBy: ":")
      span = Span(
        traceIDHigh: UInt64(ids[0].prefix(16), radix: 16) ?? 0, traceIDLow: UInt64(ids[0].suffix(16), radix: 16) ?? 0,
        spanID: UInt64(ids[1], radix: 16) ?? 0, flags: UInt8(ids[2], radix: 16) ?? 0)
    }
    if parts[1] != "-" { traceState = DifferentialView.text(parts[1]) }
    if parts[2] != "-" {
      for entry in parts[2].components(separatedBy: ",") {
        let sides = entry.components(separatedBy: "=")
        entries[DifferentialView.text(sides[0])] = DifferentialView.text(sides[1])
      }
    }
  }

  private static func text(_ hex: String) -> String { String(decoding: Vector.bytes(hex: hex), as: UTF8.self) }
}
