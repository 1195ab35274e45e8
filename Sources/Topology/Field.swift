// A value of the document with its place and its path: the checked way from a YAML node to a Swift value.

internal import Yams

/// One value in the file. Every reading function throws with the place of the value and what was expected there.
package struct Field {
  let file: String
  /// Such as `services.cart.script[0].call`.
  var path: String
  let node: Node
  let mark: Mark?

  init(file: String, path: String, node: Node, mark: Mark? = nil) {
    self.file = file
    self.path = path
    self.node = node
    self.mark = node.mark ?? mark
  }

  /// For checks of values that come from no file.
  static var anywhere: Field { Field(file: "", path: "", node: Node("")) }

  package func error(_ problem: String) -> TopologyError { error(problem, at: nil) }

  func error(_ problem: String, at other: Mark?) -> TopologyError {
    let place = other ?? mark
    return TopologyError(file: file, line: place?.line, column: place?.column, path: path, problem: problem)
  }

  package func expected(_ what: String) -> TopologyError { error("expected \(what), got \(kind)") }

  var line: Int { mark?.line ?? 0 }

  /// What stands here, for a message.
  var kind: String {
    switch node {
    case .scalar(let scalar): isEmpty ? "nothing" : quoted(scalar.string)
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }

  /// A plain scalar that YAML reads as no value.
  var isEmpty: Bool {
    guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  var isPlain: Bool { node.scalar?.style == .plain }
  /// A mapping in braces, whose first key comes after its own mark. (Yams 6.2 reads the style from the wrong event.)
  private var isFlow: Bool {
    guard let own = node.mark, let first = node.mapping?.first?.key.mark else { return false }
    return own.line != first.line || own.column != first.column
  }
  var firstKey: String? { node.mapping?.first?.key.scalar?.string }

  /// The text at `key` of the mapping that may be here, unchecked: for messages.
  func peek(_ key: String) -> String? {
    node.mapping?.first { $0.key.scalar?.string == key }?.value.scalar?.string
  }
  var isMapping: Bool { node.mapping != nil }
  var isList: Bool { node.sequence != nil }

  // MARK: Collections

  /// The mapping's fields by key; a key that is not among `known` is an error that names the nearest one.
  package func mapping(_ what: String, keys known: [String]) throws(TopologyError) -> Fields {
    let fields = try anyMapping(what)
    for entry in fields.entries where !known.contains(entry.key) {
      // `{propagator: a,b}` is two keys to YAML, and the second has no value.
      let isTail = entry.field.isEmpty && isFlow
      let hint = isTail ? "; quote a text that contains a comma" : NearestName.hint(for: entry.key, among: known)
      throw error("unknown key \(quoted(entry.key))\(hint)", at: entry.mark)
    }
    return fields
  }

  /// The mapping's fields in the file's order, whatever their keys.
  func anyMapping(_ what: String) throws(TopologyError) -> Fields {
    guard case .mapping(let mapping) = node else { throw expected(what) }
    var entries: [Fields.Entry] = []
    entries.reserveCapacity(mapping.count)
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key else {
        throw Field(file: file, path: path, node: key).expected("a key")
      }
      let childPath = path.isEmpty ? scalar.string : "\(path).\(scalar.string)"
      entries.append((scalar.string, key.mark, Field(file: file, path: childPath, node: value, mark: key.mark)))
    }
    return Fields(own: self, entries: entries)
  }

  package func list(_ what: String, max countMax: Int) throws(TopologyError) -> [Field] {
    guard case .sequence(let sequence) = node else { throw expected(what) }
    guard sequence.count <= countMax else {
      throw error("expected at most \(countMax) items, got \(sequence.count)")
    }
    return sequence.enumerated().map { Field(file: file, path: "\(path)[\($0.offset)]", node: $0.element, mark: mark) }
  }

  // MARK: Scalars

  package func text(_ what: String) throws(TopologyError) -> String {
    guard case .scalar(let scalar) = node, !isEmpty else { throw expected(what) }
    if isPlain, scalar.tag != .implicit {
      throw error("tags (!…) are not part of the format: quote the value to make it a text")
    }
    return scalar.string
  }

  /// One of `known`; `kind` names it in the message, such as `store`.
  package func word(_ kind: String, among known: [String]) throws(TopologyError) -> String {
    let text = try text("a \(kind)")
    guard known.contains(text) else {
      throw error("unknown \(kind) \(quoted(text))\(NearestName.hint(for: text, among: known))")
    }
    return text
  }

  /// A name `[a-z0-9][a-z0-9-]*`, where a key that `set` names may also hold `.` and `_`.
  package func name(_ what: String, isKey: Bool = false) throws(TopologyError) -> String {
    let text = try text(what)
    try checkName(text, isKey: isKey)
    return text
  }

  func checkName(_ text: String, isKey: Bool) throws(TopologyError) {
    let sizeMax = TopologyLimits.nameSizeMax
    guard text.utf8.count <= sizeMax else {
      throw error("expected a name of at most \(sizeMax) bytes, got \(text.utf8.count): \(quoted(text))")
    }
    let rest = isKey ? "a-z 0-9 - . _" : "a-z 0-9 -"
    guard let first = text.utf8.first, Field.isNameByte(first, first: true, isKey: isKey),
      text.utf8.allSatisfy({ Field.isNameByte($0, first: false, isKey: isKey) })
    else {
      throw error("expected a name of \(rest) that starts with a letter or digit, got \(quoted(text))")
    }
  }

  private static func isNameByte(_ byte: UInt8, first: Bool, isKey: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "-"): !first
    case UInt8(ascii: "."), UInt8(ascii: "_"): !first && isKey
    default: false
    }
  }

  package func count(in range: ClosedRange<Int>) throws(TopologyError) -> Int {
    let what = "a whole number \(range.lowerBound) to \(range.upperBound)"
    let text = try text(what)
    guard isPlain, let value = Int(text), range.contains(value), text.utf8.first != UInt8(ascii: "+") else {
      throw expected(what)
    }
    return value
  }

  package func flag() throws(TopologyError) -> Bool {
    switch try text("true or false") {
    case "true": return true
    case "false": return false
    default: throw expected("true or false")
    }
  }

  /// Nanoseconds.
  func duration() throws(TopologyError) -> Int64 {
    let units = Quantity.durationUnits
    return try quantity("a duration 0 to 60m such as 50us", units, max: TopologyLimits.durationNanosecondsMax, "1ns")
  }

  /// Bytes.
  package func size() throws(TopologyError) -> Int {
    let sizeMax = Int64(TopologyLimits.payloadSizeMax)
    let what = "a size 0 to \(Quantity.text(sizeMax, units: Quantity.sizeUnits)) such as 512 or 4KiB"
    return Int(try quantity(what, Quantity.sizeUnits, bareScale: 1, max: sizeMax, "1B"))
  }

  /// So many writes to so many reads, `1:10`.
  func ratio() throws(TopologyError) -> AccessRatio {
    let what = "writes to reads, each 0 to \(TopologyLimits.ratioPartMax) and not both 0, such as 1:10"
    let parts = try text(what).split(separator: ":", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in
      part.utf8.allSatisfy { Field.isNameByte($0, first: true, isKey: false) } ? Int(part) : nil
    }
    guard parts.count == 2, numbers.count == 2, numbers.allSatisfy({ $0 <= TopologyLimits.ratioPartMax }),
      numbers != [0, 0]
    else { throw expected(what) }
    return AccessRatio(writes: numbers[0], reads: numbers[1])
  }

  /// A rate or a probability, 0…1.
  func share() throws(TopologyError) -> Double {
    let what = "a share 0 to 1 such as 0.3 or 0.1%"
    let text = try text(what)
    do throws(Quantity.Problem) {
      return try Quantity.parseShare(text)
    } catch {
      throw expected(what)
    }
  }

  private func quantity(
    _ what: String, _ units: [(name: String, scale: Int64)], bareScale: Int64? = nil, max: Int64,
    _ smallest: String
  ) throws(TopologyError) -> Int64 {
    let text = try text(what)
    let names = units.map(\.name).joined(separator: ", ")
    do throws(Quantity.Problem) {
      return try Quantity.parse(text, units: units, bareScale: bareScale, max: max)
    } catch {
      switch error {
      case .notANumber, .outOfRange: throw expected(what)
      case .noUnit: throw self.error("expected \(what), got \(quoted(text)) without a unit (\(names))")
      case .unknownUnit(let unit): throw self.error("unknown unit \(quoted(unit)) in \(quoted(text)); known: \(names)")
      case .notWhole: throw self.error("expected a multiple of \(smallest), got \(quoted(text))")
      }
    }
  }
}

/// The fields of a mapping, in the file's order.
package struct Fields {
  typealias Entry = (key: String, mark: Mark?, field: Field)

  let own: Field
  let entries: [Entry]

  package subscript(_ key: String) -> Field? { entries.first { $0.key == key }?.field }

  package func required(_ key: String) throws(TopologyError) -> Field {
    guard let field = self[key] else { throw own.error("missing key \(quoted(key))") }
    return field
  }
}
