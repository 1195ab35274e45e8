// The rules of a gateway and the fields of a client as YAML, for TopologyPrinter.

extension TopologyPrinter {
  static func lines(_ rules: GatewayRules) -> [String] {
    var lines = ["    gateway:"]
    func list(_ name: String, _ items: [[String?]]) {
      guard !items.isEmpty else { return }
      lines.append("      \(name):")
      lines += items.map { "        - {\($0.compactMap { $0 }.joined(separator: ", "))}" }
    }
    func pattern(_ text: String?) -> String? { text.map { "pattern: \(doubleQuoted($0))" } }
    for (name, fields) in [("required", rules.required), ("optional", rules.optional)] {
      list(name, fields.map { ["field: \(fieldName($0.field))", "target: \(plain($0.target))", pattern($0.pattern)] })
    }
    list("rejected", rules.rejected.map { ["field: \(fieldName($0.field))", pattern($0.pattern)] })
    list(
      "mappings",
      rules.mappings.map { mapping in
        [
          "source: \(fieldName(mapping.source))", "target: \(plain(mapping.target))", pattern(mapping.pattern),
          mapping.when.map { "when: {\(condition($0))}" },
        ]
      })
    if !rules.defaults.isEmpty { lines.append("      defaults: \(assignments(rules.defaults))") }
    return lines
  }

  private static func condition(_ condition: FieldCondition) -> String {
    let parts = [
      "field: \(fieldName(condition.field))", condition.is.map { "is: \(doubleQuoted($0))" },
      condition.matches.map { "matches: \(doubleQuoted($0))" }, condition.absent.map { "absent: \($0)" },
    ]
    return parts.compactMap { $0 }.joined(separator: ", ")
  }

  static func fields(_ list: [ClientField]) -> String {
    "{\(list.map { "\(fieldName($0.name)): \($0.value.map { doubleQuoted($0) } ?? "null")" }.joined(separator: ", "))}"
  }

  /// A field may be called `null`, `-` or `7`.
  private static func fieldName(_ name: String) -> String {
    let isPlain = name.utf8.allSatisfy { $0 &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x2d }
    return isPlain && name.utf8.first.map { $0 &- 0x61 < 26 } == true && name != "null" ? name : doubleQuoted(name)
  }
}
