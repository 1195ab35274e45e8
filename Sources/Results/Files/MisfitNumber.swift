// Finds the number that does not fit its field. JSONDecoder refuses a document with such a number as if it were no JSON
// at all, and does not say where; this does, by trying. Only for the text of an error: it decodes the document often.

internal import FoundationEssentials

struct MisfitNumber: Equatable {
  /// `trials[3].ledger.planned`
  let field: String
  /// As JSON.
  let number: String

  /// The last number in document order that must be another one before `fails` returns false; nil when the document is
  /// no JSON, or fails for another reason.
  static func find(in document: Data, fails: (Data) -> Bool) -> MisfitNumber? {
    guard let tree = try? JSONDecoder().decode(JSONTree.self, from: document) else { return nil }
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
}

extension JSONTree {
  /// Shows every number that some integer field cannot hold, keys in ascending order; where `isZeroed` says so, the copy
  /// has 0 there.
  fileprivate func visited(path: String, isZeroed: (_ field: String, _ number: String) -> Bool) -> JSONTree {
    func zeroed(_ number: Double) -> JSONTree {
      let text = number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
      return isZeroed(path, text) ? .integer(0) : self
    }
    switch self {
    case .large(let value): return isZeroed(path, "\(value)") ? .integer(0) : self
    case .integer(let value) where value < 0: return zeroed(Double(value))
    case .number(let value): return zeroed(value)
    case .list(let values):
      return .list(values.enumerated().map { $1.visited(path: "\(path)[\($0)]", isZeroed: isZeroed) })
    case .object(var values):
      for (key, value) in values.sorted(by: { $0.key < $1.key }) {
        values[key] = value.visited(path: path.isEmpty ? key : "\(path).\(key)", isZeroed: isZeroed)
      }
      return .object(values)
    case .null, .bool, .integer, .text:
      return self
    }
  }
}
