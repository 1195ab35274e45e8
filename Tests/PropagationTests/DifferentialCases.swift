// Seeded headers for the comparison with other propagators: valid ones in all their forms, mutated ones and random bytes.

import Statistics

/// A message of one format, as a carrier could hold it: names in lower case, values of what HTTP allows in them.
struct DifferentialCase {
  let format: String
  var fields: [(name: String, value: [UInt8])]
}

struct DifferentialCases {
  /// Of each format, one after the other.
  static let plan = [
    ("tracecontext", 14_000), ("baggage", 12_000), ("b3", 7_000), ("b3multi", 7_000), ("jaeger", 10_000),
    ("ottrace", 4_000), ("xray", 4_000),
  ]

  private var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func next(_ format: String) -> DifferentialCase {
    var fields: [(String, String)]
    switch format {
    case "tracecontext": fields = traceContext()
    case "baggage": fields = baggage()
    case "b3", "b3multi": fields = b3()
    case "jaeger": fields = jaeger()
    case "ottrace": fields = otTrace()
    default: fields = [("x-amzn-trace-id", xray())]
    }
    if chance(40), let first = fields.first { fields.append(first) }
    var result = DifferentialCase(format: format, fields: fields.map { ($0.0, Array($0.1.utf8)) })
    if chance(3) {
      let index = random.next(below: result.fields.count)
      result.fields[index].value = mutated(result.fields[index].value)
    } else if chance(20) {
      let index = random.next(below: result.fields.count)
      result.fields[index].value = (0..<random.next(below: 60)).map { _ in anyByte() }
    }
    return result
  }

  // MARK: Chance

  /// Once in `count`.
  private mutating func chance(_ count: Int) -> Bool { random.next(below: count) == 0 }

  private mutating func pick<Element>(_ list: [Element]) -> Element { list[random.next(below: list.count)] }

  /// What RFC 9110, section 5.5, allows in a value.
  private mutating func anyByte() -> UInt8 {
    let byte = UInt8(truncatingIfNeeded: random.next())
    return byte < 0x20 || byte == 0x7f ? 0x09 : byte
  }

  private mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    let interesting = Array(" \t,;=%+-_:\"{}\\0fgAF".utf8) + [0x80, 0xff, 0xc3]
    for _ in 0..<(1 + random.next(below: 3)) where !bytes.isEmpty {
      let offset = random.next(below: bytes.count)
      switch random.next(below: 4) {
      case 0: bytes[offset] = anyByte()
      case 1: bytes.insert(pick(interesting), at: offset)
      case 2: bytes[offset] = pick(interesting)
      default: bytes.remove(at: offset)
      }
    }
    return bytes
  }

  private mutating func hex(_ count: Int) -> String {
    if chance(50) { return String(repeating: "0", count: count) }
    return text(count, chance(30) ? DifferentialCases.upperDigits : DifferentialCases.digits)
  }

  private static let digits = Array("0123456789abcdef".utf8)
  private static let upperDigits = Array("0123456789ABCDEF".utf8)

  private mutating func text(_ count: Int, _ characters: [UInt8]) -> String {
    var bytes: [UInt8] = []
    while bytes.count < count { bytes.append(pick(characters)) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func space() -> String { pick(["", "", "", " ", "\t", " \t "]) }

  // MARK: Formats

  private mutating func traceContext() -> [(String, String)] {
    let version = chance(8) ? hex(2) : "00"
    let flags = chance(4) ? hex(2) : pick(["00", "01", "02", "03"])
    var parent = "\(version)-\(hex(32))-\(hex(16))-\(flags)"
    if chance(10) { parent += pick(["-", "-what", "-what,00-", "-" + String(repeating: "x", count: 500), ".", " "]) }
    var fields = [("traceparent", parent)]
    for _ in 0..<pick([0, 1, 1, 1, 2]) {
      let count = chance(60) ? pick([31, 32, 33]) : random.next(below: 4)
      fields.append(("tracestate", (0..<count).map { _ in member() }.joined(separator: ",")))
    }
    return fields
  }

  private static let keyCharacters = Array("abcz09_-*/".utf8)
  private static let valueCharacters = Array("aZ0 !~:;@/+-".utf8)

  private mutating func member() -> String {
    var key = text(1 + random.next(below: 6), DifferentialCases.keyCharacters)
    if chance(6) { key += "@" + pick(["a", "vendor", "1", "", "abcdefghijklmnop"]) }
    let value = text(1 + random.next(below: 8), DifferentialCases.valueCharacters)
    return space() + key + "=" + value + space()
  }

  private static let keys = ["user", "tenant", "request-id", "a", "b", "session", "enduser.id", "k_1"]

  private static let octets = [
    "a", "Z", "0", "=", "/", "+", "%20", "%2B", "%41", "%C3%A9", "%e2%82%ac", "%FF", "%c3", "%25", "%3B", "!",
  ]

  /// A value as text of `baggage-octet`s.
  private mutating func octets() -> String {
    if chance(4) { return pick(["42", "-1", "007", "9223372036854775807", "9223372036854775808", "", "abc"]) }
    return (0..<random.next(below: 8)).map { _ in pick(DifferentialCases.octets) }.joined()
  }

  private mutating func baggage() -> [(String, String)] {
    (0..<pick([1, 1, 1, 2])).map { _ in
      let count = chance(200) ? pick([63, 64, 65, 200]) : 1 + random.next(below: 5)
      let members = (0..<count).map { index in
        var key = count > 10 ? "n\(index)" : pick(DifferentialCases.keys)
        if chance(20) { key = pick(["a%20b", "a+b", "a!b", "A"]) }
        var value = chance(300) ? String(repeating: "v", count: pick([4_000, 4_095, 5_000, 8_185])) : octets()
        if chance(8) { value += space() + ";" + space() + pick(["p", "p=1", "p = 1", "", "p;q=2", "p q"]) }
        return space() + key + space() + "=" + space() + value + space()
      }
      return ("baggage", members.joined(separator: ","))
    }
  }

  private mutating func b3() -> [(String, String)] {
    let (traceID, spanID) = (hex(pick([16, 32, 32])), hex(16))
    if chance(2) {
      var single = "\(traceID)-\(spanID)"
      if !chance(4) { single += "-" + pick(["0", "1", "d", "1", "0", "2", "true", "D", ""]) }
      if chance(4) { single += "-" + pick([hex(16), "x", ""]) }
      let fields = [("b3", chance(20) ? pick(["0", "1", "d", ""]) : single)]
      if !chance(8) { return fields }
      return fields + [("x-b3-traceid", hex(32)), ("x-b3-spanid", hex(16)), ("x-b3-sampled", "1")]
    }
    var fields = [("x-b3-traceid", traceID), ("x-b3-spanid", spanID)]
    if !chance(4) { fields.append(("x-b3-sampled", pick(["0", "1", "1", "true", "false", "d", "2", ""]))) }
    if chance(4) { fields.append(("x-b3-flags", pick(["1", "0", "2"]))) }
    if chance(4) { fields.append(("x-b3-parentspanid", hex(16))) }
    if chance(20) { fields.remove(at: random.next(below: 2)) }
    if chance(40) {
      let index = random.next(below: fields.count)
      fields[index].1 += pick([",", " , "]) + fields[index].1
    }
    return fields
  }

  private mutating func jaeger() -> [(String, String)] {
    let traceID = hex(pick([32, 32, 16, 1 + random.next(below: 34)]))
    let spanID = hex(pick([16, 16, 1 + random.next(below: 18)]))
    let parent = pick(["0", "0", hex(16), "", "x"])
    let flags = pick(["0", "1", "2", "3", "01", "00", "9", "ff", "001", ""])
    let colon = chance(12) ? pick(["%3A", "%3a"]) : ":"
    var fields = [("uber-trace-id", [traceID, spanID, parent, flags].joined(separator: colon))]
    if chance(12) { fields = [] }
    let count = chance(200) ? pick([64, 65]) : pick([0, 1, 2])
    for index in 0..<count { fields.append(("uberctx-" + (count > 2 ? "n\(index)" : entryKey()), octets())) }
    return fields.isEmpty ? [("uberctx-a", octets())] : fields
  }

  private mutating func entryKey() -> String { pick(DifferentialCases.keys) }

  private mutating func otTrace() -> [(String, String)] {
    var fields = [
      ("ot-tracer-traceid", hex(pick([16, 16, 32, 1 + random.next(below: 34)]))),
      ("ot-tracer-spanid", hex(pick([16, 16, 1 + random.next(below: 18)]))),
    ]
    if !chance(6) { fields.append(("ot-tracer-sampled", pick(["true", "false", "1", "0", "yes", ""]))) }
    if chance(12) { fields.remove(at: random.next(below: 2)) }
    for _ in 0..<pick([0, 1, 2]) { fields.append(("ot-baggage-" + entryKey(), octets())) }
    return fields
  }

  private mutating func xray() -> String {
    var pairs = ["Root=\(pick(["1", "1", "1", "1", "2"]))-\(hex(8))-\(hex(24))", "Parent=\(hex(16))"]
    if !chance(5) { pairs.append("Sampled=" + pick(["0", "1", "1", "?", "2", ""])) }
    if chance(6) { pairs.append(pick(["Self=1-0-0", "Lineage=a:1|b:2", "Self=1,2", "a=b=c", "", "what"])) }
    if chance(12) { pairs.append(pairs[0]) }
    if chance(12) { pairs.remove(at: random.next(below: 2)) }
    if chance(3) { pairs.swapAt(0, pairs.count - 1) }
    return pairs.map { space() + $0 + space() }.joined(separator: ";")
  }
}
