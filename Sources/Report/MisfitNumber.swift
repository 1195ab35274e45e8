// Finds the number that does not fit its field. JSONDecoder refuses a document with such a number as if it were no JSON
// at all, and does not say where; this does, by trying. Only for the text of an error: it decodes the document often.

internal import FoundationEssentials

struct MisfitNumber: Equatable {
  /// `slots[3].ledger.planned`
  let field: String
  /// As JSON.
  let number: String

  /// The last number in document order that must be another one before `fails` returns false; nil when the document is
  /// no JSON, or fails for another reason.
  static func find(in document: Data, fails: (Data) -> Bool) -> MisfitNumber? {
    guard let tree = try? JSONDecoder().decode(Tree.self, from: document) else { return nil }
    var candidates: [MisfitNumber] = []
    _ = tree.visited(path: "") { field, number in
      candidates.append(MisfitNumber(field: field, number: number))
      return false
    }
    /// The document with 0 for the first so many candidates.
    func failsWithout(_ count: Int) -> Bool {
      var seen = 0
      let changed = tree.visited(path: "") { _, _ in
        seen += 1
        return seen <= count
      }
      return (try? JSONEncoder().encode(changed)).map(fails) ?? false
    }
    guard failsWithout(0), !failsWithout(candidates.count) else { return nil }
    var failing = 0
    var passing = candidates.count
    while passing - failing > 1 {
      let middle = (failing + passing) / 2
      if failsWithout(middle) { failing = middle } else { passing = middle }
    }
    return candidates[failing]
  }

  /// Any JSON.
  private enum Tree: Codable {
    case null
    case truth(Bool)
    case natural(UInt64)
    case number(Double)
    case text(String)
    case list([Tree])
    case object([String: Tree])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .null
      } else if let value = try? container.decode(Bool.self) {
        self = .truth(value)
      } else if let value = try? container.decode(UInt64.self) {
        self = .natural(value)
      } else if let value = try? container.decode(Double.self) {
        self = .number(value)
      } else if let value = try? container.decode(String.self) {
        self = .text(value)
      } else if let value = try? container.decode([Tree].self) {
        self = .list(value)
      } else {
        self = .object(try container.decode([String: Tree].self))
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .null: try container.encodeNil()
      case .truth(let value): try container.encode(value)
      case .natural(let value): try container.encode(value)
      case .number(let value): try container.encode(value)
      case .text(let value): try container.encode(value)
      case .list(let values): try container.encode(values)
      case .object(let values): try container.encode(values)
      }
    }

    /// Shows every number that some integer field cannot hold, keys in ascending order; where `isZeroed` says so, the
    /// copy has 0 there.
    func visited(path: String, isZeroed: (_ field: String, _ number: String) -> Bool) -> Tree {
      switch self {
      case .natural(let value) where value > UInt64(Int64.max):
        return isZeroed(path, "\(value)") ? .natural(0) : self
      case .number(let value):
        let text = value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
        return isZeroed(path, text) ? .natural(0) : self
      case .list(let values):
        return .list(values.enumerated().map { $1.visited(path: "\(path)[\($0)]", isZeroed: isZeroed) })
      case .object(var values):
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
          values[key] = value.visited(path: path.isEmpty ? key : "\(path).\(key)", isZeroed: isZeroed)
        }
        return .object(values)
      case .null, .truth, .natural, .text:
        return self
      }
    }
  }
}
