// The text format 0.0.4 of Prometheus: families with their help and type, samples with escaped labels. It knows no metric.

/// Written family by family; samples of one family stand together.
struct ExpositionText {
  enum FamilyType: String { case counter, gauge, histogram }

  private(set) var bytes: [UInt8] = []
  /// On every sample, in place of a label of the same name.
  private let constants: [MetricLabel]
  private var family = ""

  init(constants: [MetricLabel]) { self.constants = constants }

  /// - Parameters:
  ///   - name: whole, `ctxchain_` included.
  ///   - help: one sentence.
  mutating func begin(_ name: String, _ type: FamilyType, _ help: String) {
    family = name
    append("# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(type.rawValue)\n")
  }

  /// - Parameter suffix: of a histogram's samples.
  mutating func add(_ labels: [MetricLabel], _ value: String, suffix: String = "") {
    append("\(family)\(suffix)")
    let shown = labels.filter { own in !own.value.isEmpty && !constants.contains { $0.name == own.name } } + constants
    if !shown.isEmpty {
      append("{")
      append(shown.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }.joined(separator: ","))
      append("}")
    }
    append(" \(value)\n")
  }

  mutating func add(_ labels: [MetricLabel], _ value: UInt64) { add(labels, String(value)) }

  /// Nanoseconds as seconds, exactly.
  static func seconds(_ nanoseconds: UInt64) -> String {
    let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    guard rest > 0 else { return String(whole) }
    var digits = String(rest)
    digits = String(repeating: "0", count: 9 - digits.count) + digits
    while digits.hasSuffix("0") { digits.removeLast() }
    return "\(whole).\(digits)"
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    // Scalars: a carriage return and a line feed are one character together.
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
