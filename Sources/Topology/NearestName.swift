// The known name that a mistyped one is nearest to. Knows nothing of topologies.

package enum NearestName {
  /// The nearest of `known`, or nil when none is near: at most one edit for every three letters, at least one.
  package static func of(_ name: String, among known: [String]) -> String? {
    let letters = Array(name.utf8.prefix(TopologyLimits.nameSizeMax + 1))
    let distanceMax = max(1, letters.count / 3)
    var best: (name: String, distance: Int)?
    for candidate in known {
      let other = Array(candidate.utf8)
      guard abs(other.count - letters.count) <= distanceMax else { continue }
      let distance = distance(letters, other)
      if distance <= distanceMax, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// The end of a message about an unknown name: the nearest known one, or all of them when they are few.
  package static func hint(for name: String, among known: [String]) -> String {
    if let nearest = of(name, among: known) { return "; did you mean \(quoted(nearest))?" }
    return known.count <= 24 ? "; known: \(known.joined(separator: ", "))" : ""
  }

  /// Damerau–Levenshtein in its optimal string alignment form: insertions, deletions, substitutions and swaps of
  /// neighbours, each of cost 1, no part edited twice.
  package static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for row in 1...left.count {
      var current = [row] + [Int](repeating: 0, count: right.count)
      for column in 1...right.count {
        let isSame = left[row - 1] == right[column - 1]
        var cost = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (isSame ? 0 : 1))
        if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
          cost = min(cost, beforeLast[column - 2] + 1)
        }
        current[column] = cost
      }
      beforeLast = last
      last = current
    }
    return last[right.count]
  }
}
