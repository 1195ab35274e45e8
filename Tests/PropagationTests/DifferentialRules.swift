// Where other propagators may differ from ours: one rule for each reason that Fixtures/differential/divergences.txt gives.

/// Something that the two sides do not read alike.
struct Divergence: CustomStringConvertible {
  enum Part: Equatable {
    case span
    case traceState
    case entry(String)
  }

  enum Direction: String {
    case extract = "their extract and ours"
    case ourInject = "what we send, read by them"
    case theirInject = "what they send, read by us"
  }

  let format: String
  let direction: Direction
  let part: Part
  let input: [(name: String, value: [UInt8])]
  let ours: DifferentialView
  let theirs: DifferentialView
  /// Of the message's baggage: nearly every rule asks for them.
  let members: [(key: String, value: String)]

  init(
    format: String, direction: Direction, part: Part, input: [(name: String, value: [UInt8])], ours: DifferentialView,
    theirs: DifferentialView
  ) {
    (self.format, self.direction, self.part) = (format, direction, part)
    (self.input, self.ours, self.theirs) = (input, ours, theirs)
    members = Divergence.members(of: Divergence.values("baggage", in: input))
  }

  var description: String {
    let fields = input.map { "\($0.name): \(String(decoding: $0.value, as: UTF8.self).debugDescription)" }
    return
      "\(format), \(direction.rawValue), \(part) in \(fields.joined(separator: " ")): ours \(ours), theirs \(theirs)"
  }

  /// Values of that name, byte for character.
  func values(_ name: String) -> [String] { Divergence.values(name, in: input) }

  private static func values(_ name: String, in input: [(name: String, value: [UInt8])]) -> [String] {
    input.filter { $0.name == name }.map { field in
      String(String.UnicodeScalarView(field.value.map { UnicodeScalar($0) }))
    }
  }

  func first(_ name: String) -> String { values(name).first ?? "" }

  /// Only theirs has a span, only ours has one.
  var isSpanTheirs: Bool { part == .span && ours.span == nil && theirs.span != nil }
  var isSpanOurs: Bool { part == .span && ours.span != nil && theirs.span == nil }
  /// The same span, but for its flags.
  var isSpanFlags: Bool {
    guard part == .span, let ours = ours.span, let theirs = theirs.span else { return false }
    return ours.hasIDs(of: theirs)
  }

  /// The entry that differs, and its value on both sides.
  var entry: (name: String, ours: String?, theirs: String?)? {
    guard case .entry(let name) = part else { return nil }
    return (name, ours.entries[name], theirs.entries[name])
  }

  /// The values that the message gives the entry, not decoded; of baggage without properties.
  func raw(_ name: String) -> [String] {
    switch format {
    case "jaeger": return values("uberctx-" + name)
    case "ottrace": return values("ot-baggage-" + name)
    default:
      return members.filter { $0.key == name }.map {
        String($0.value.split(separator: ";", omittingEmptySubsequences: false)[0])
      }
    }
  }

  private static func members(of fields: [String]) -> [(key: String, value: String)] {
    fields.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.compactMap { member in
      let sides = member.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { $0.trimmed }
      return sides.count == 2 ? (sides[0], sides[1]) : nil
    }
  }
}

extension StringProtocol {
  /// Without white space at both ends, as Python has it.
  var trimmed: String { String(self.drop { $0.isPythonSpace }.reversed().drop { $0.isPythonSpace }.reversed()) }
  var hasUpperHex: Bool { contains { ("A"..."F").contains($0) } }
  /// A percent sign that is not in front of two hex digits.
  var hasBarePercent: Bool { String(self).replacing(/%[0-9a-fA-F]{2}/, with: "").contains("%") }
  var isHex: Bool { !isEmpty && allSatisfy { $0.isASCII && $0.isHexDigit } }
}

enum DifferentialRules {
  static let all: [String: @Sendable (Divergence) -> Bool] = [
    "first-field": { divergence in
      let names = divergence.input.map(\.name).filter { $0 != "tracestate" }
      guard Set(names).count < names.count else { return false }
      if let entry = divergence.entry {
        return divergence.format == "baggage" ? entry.ours != nil : divergence.raw(entry.name).count > 1
      }
      return divergence.isSpanTheirs
    },
    "traceparent-flags": { divergence in
      divergence.isSpanFlags && divergence.format == "tracecontext"
        && divergence.ours.span?.flags == (divergence.theirs.span?.flags ?? 0) & 3
    },
    "traceparent-joined": { $0.isSpanTheirs && $0.first("traceparent").contains(",") },
    "traceparent-length": { $0.isSpanOurs && $0.first("traceparent").count > 512 },
    "tracestate-duplicate": { divergence in
      guard divergence.part == .traceState, divergence.theirs.traceState == nil else { return false }
      let keys = (divergence.ours.traceState ?? "").split(separator: ",").map { $0.prefix { $0 != "=" } }
      return Set(keys).count < keys.count
    },
    "tracestate-key": { divergence in
      guard divergence.part == .traceState, divergence.theirs.traceState == nil else { return false }
      return (divergence.ours.traceState ?? "").split(separator: ",").contains { member in
        member.prefix { $0 != "=" }.wholeMatch(of: /[a-z][^@]*|[a-z0-9][^@]{0,240}@[a-z][^@]{0,13}/) == nil
      }
    },
    "budget": { divergence in
      guard divergence.entry != nil else { return false }
      let size = divergence.input.reduce(0) { $0 + $1.name.count + $1.value.count }
      let count = divergence.format == "baggage" ? divergence.members.count : divergence.input.count
      return size >= 4_000 || count > 64
    },
    "baggage-properties": { divergence in
      guard let entry = divergence.entry, divergence.format == "baggage", let theirs = entry.theirs else {
        return false
      }
      return divergence.members.contains { $0.key == entry.name && $0.value.contains(";") } && theirs.contains(";")
    },
    "baggage-empty-property": { divergence in
      guard let entry = divergence.entry, divergence.format == "baggage", entry.ours != nil else { return false }
      return divergence.members.contains {
        $0.key == entry.name
          && $0.value.split(separator: ";", omittingEmptySubsequences: false).dropFirst().contains {
            $0.trimmed.isEmpty
          }
      }
    },
    "plus": { divergence in
      guard let entry = divergence.entry, divergence.format != "ottrace", let ours = entry.ours,
        let theirs = entry.theirs
      else { return false }
      guard divergence.raw(entry.name).contains(where: { $0.contains("+") }) else { return false }
      return ours.replacing("+", with: " ").trimmed == theirs.replacing("+", with: " ").trimmed
    },
    "strip": { divergence in
      guard let entry = divergence.entry, let ours = entry.ours, let theirs = entry.theirs else { return false }
      return ours.trimmed == theirs
    },
    "baggage-key": { divergence in
      guard let entry = divergence.entry, divergence.format == "baggage" else { return false }
      guard entry.ours == nil || entry.theirs == nil || divergence.members.count > 1 else { return false }
      return divergence.members.contains { $0.key.isEmpty || $0.key.contains("%") || $0.key.contains("+") }
    },
    "bare-percent": { divergence in
      guard let entry = divergence.entry, divergence.format != "ottrace", entry.theirs != nil else { return false }
      return divergence.raw(entry.name).contains { $0.hasBarePercent }
    },
    "declared-type": { divergence in
      guard let entry = divergence.entry, entry.name == "user", entry.theirs != nil else { return false }
      return divergence.raw(entry.name).contains { text in Int64(text).map { String($0) } != text }
    },
    "entry-characters": { divergence in
      guard let entry = divergence.entry, divergence.format != "baggage", entry.theirs != nil else { return false }
      return divergence.raw(entry.name).contains { $0.unicodeScalars.contains { $0.value < 0x20 || $0.value > 0x7e } }
    },
    "b3-upper-case": { divergence in
      divergence.isSpanTheirs && divergence.format.hasPrefix("b3")
        && ["b3", "x-b3-traceid", "x-b3-spanid"].contains { divergence.first($0).hasUpperHex }
    },
    "b3-deferred": { divergence in
      divergence.isSpanFlags && divergence.first("b3").split(separator: "-").count == 2
        && divergence.theirs.span?.flags == 1
    },
    "b3-state": { divergence in
      guard divergence.isSpanTheirs else { return false }
      let parts = divergence.first("b3").split(separator: "-", omittingEmptySubsequences: false)
      if parts.count > 2 { return !["0", "1", "d"].contains(parts[2]) }
      return !["0", "1", "true", "false"].contains(divergence.first("x-b3-sampled"))
    },
    "b3-parent": { divergence in
      let parts = divergence.first("b3").split(separator: "-", omittingEmptySubsequences: false)
      let parents = (parts.count == 4 ? [String(parts[3])] : []) + divergence.values("x-b3-parentspanid").prefix(1)
      return divergence.isSpanTheirs && parents.contains { $0.count != 16 || !$0.isHex || $0.hasUpperHex }
    },
    "b3-joined": { divergence in
      divergence.part == .span && divergence.format.hasPrefix("b3")
        && divergence.input.contains { $0.value.contains(UInt8(ascii: ",")) }
    },
    "b3-fallback": { divergence in
      guard divergence.part == .span, divergence.ours.span != nil, !divergence.isSpanFlags else { return false }
      return !divergence.first("b3").isEmpty && !divergence.first("x-b3-traceid").isEmpty
    },
    "jaeger-number": { divergence in
      let parts = divergence.first("uber-trace-id").split(separator: ":", omittingEmptySubsequences: false)
      return divergence.isSpanTheirs && parts.count == 4 && [0, 1, 3].contains { !parts[$0].isHex }
    },
    "jaeger-size": { divergence in
      let parts = divergence.first("uber-trace-id").split(separator: ":", omittingEmptySubsequences: false)
      return divergence.isSpanTheirs && parts.count == 4
        && (parts[0].count > 32 || parts[1].count > 16 || parts[3].count > 2)
    },
    "jaeger-encoded": { divergence in
      divergence.part == .span && divergence.first("uber-trace-id").lowercased().contains("%3a")
    },
    "jaeger-alone": { divergence in
      guard let entry = divergence.entry, divergence.format == "jaeger" else { return false }
      return entry.theirs == nil && divergence.values("uber-trace-id").isEmpty
    },
    "ottrace-upper-case": { divergence in
      divergence.isSpanOurs
        && (divergence.first("ot-tracer-traceid") + divergence.first("ot-tracer-spanid")).hasUpperHex
    },
    "ottrace-sampled": { divergence in
      guard divergence.format == "ottrace" else { return false }
      let word = divergence.first("ot-tracer-sampled")
      return divergence.isSpanFlags
        ? word == "1" : divergence.isSpanTheirs && !["true", "false", "0", "1"].contains(word)
    },
    "ottrace-alone": { divergence in
      guard let entry = divergence.entry, divergence.format == "ottrace" else { return false }
      return entry.theirs == nil && divergence.theirs.span == nil
    },
    "ottrace-left-out": { divergence in
      guard let entry = divergence.entry, divergence.format == "ottrace", divergence.direction == .theirInject,
        let theirs = entry.theirs, divergence.raw(entry.name).isEmpty
      else { return false }
      return entry.name.contains("-") || theirs.isEmpty
    },
    "xray-pairs": { divergence in
      divergence.isSpanOurs
        && divergence.first("x-amzn-trace-id").split(separator: ";", omittingEmptySubsequences: false).contains {
          pair in
          pair.count { $0 == "=" } != 1
        }
    },
    "xray-undecided": { divergence in
      divergence.isSpanOurs && divergence.first("x-amzn-trace-id").contains(/Sampled[ \t]*=[ \t]*\?/)
    },
    "xray-twice": { divergence in
      divergence.isSpanTheirs
        && ["Root", "Parent", "Sampled"].contains { name in
          divergence.first("x-amzn-trace-id").split(separator: ";").count { $0.trimmed.hasPrefix(name) } > 1
        }
    },
    "xray-joined": { $0.isSpanTheirs && $0.first("x-amzn-trace-id").contains(",") },
    "xray-number": { divergence in
      divergence.isSpanTheirs
        && divergence.first("x-amzn-trace-id").split(separator: ";").contains { pair in
          let value = pair.drop { $0 != "=" }.dropFirst()
          return !value.trimmed.replacing("-", with: "").isHex || value.contains { !$0.isASCII }
            || pair.contains { !$0.isASCII }
        }
    },
  ]
}

extension Character {
  /// What `str.strip` of Python strips: Unicode's white space, and U+001C to U+001F, which it takes for such.
  fileprivate var isPythonSpace: Bool { isWhitespace || ("\u{1c}"..."\u{1f}").contains(self) }
}
