// What was counted at one node and is listed only where it happened. Entries of the same node and kind are added up.

/// An entry of such a list.
package protocol NodeEntry {
  /// Absent when all arms share one process set, and outside of a run.
  var arm: String? { get }
  var service: String { get }
  var replica: Int { get }
  /// What else tells entries of one node apart; empty where a node has one.
  var kind: String { get }
  mutating func add(_ other: Self)
}

extension NodeEntry {
  /// For people: `s1#2 under packed`.
  var place: String { service + (replica > 0 ? "#\(replica)" : "") + (arm.map { " under \($0)" } ?? "") }
}

extension Array where Element: NodeEntry {
  /// With the others added: one entry per node and kind, also when a set was replaced.
  package func merging(_ others: [Element]) -> [Element] {
    var result = self
    for other in others {
      let same = result.firstIndex {
        $0.arm == other.arm && $0.service == other.service && $0.replica == other.replica && $0.kind == other.kind
      }
      if let same { result[same].add(other) } else { result.append(other) }
    }
    return result
  }

  /// One text per node: `5 connections of s1 under packed: 3 tooLarge, 2 tooShort`.
  package func texts(_ noun: String, count: (Element) -> UInt64) -> [String] {
    var places: [String] = []
    var entries: [String: [Element]] = [:]
    for entry in self {
      if entries[entry.place] == nil { places.append(entry.place) }
      entries[entry.place, default: []].append(entry)
    }
    return places.map { place in
      let entries = entries[place] ?? []
      let sum = Int(clamping: entries.reduce(0) { $0 &+ count($1) })
      let parts = entries.map { "\(count($0)) \($0.kind)" }.joined(separator: ", ")
      return "\(NumberText.plural(sum, noun)) of \(place): \(parts)"
    }
  }
}
