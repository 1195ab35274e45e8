// Which of the addresses behind a name are whose, where several replicas share one, as those of a headless Service do.

/// Of one edge. A replica keeps its address for as long as the name leads there.
package struct ReplicaPlaces<Address: Equatable> {
  /// Behind each name; the places of those that share one follow each other.
  package let countPerName: Int
  private var found: [Address?]

  package init(nameCount: Int, countPerName: Int) {
    self.countPerName = max(1, countPerName)
    found = Array(repeating: nil, count: nameCount * self.countPerName)
  }

  package var count: Int { found.count }

  /// The address of the replica at `index` among those that its name has now: the one that it had before, or one that no other
  /// replica has. Nil when all are taken: then the replica has none yet.
  ///
  /// - Parameter addresses: each once, in any order.
  package mutating func choose(among addresses: [Address], for index: Int) -> Address? {
    if countPerName == 1 { return addresses.first }
    if let last = found[index], addresses.contains(last) { return last }
    let first = index - index % countPerName
    let others = (first..<first + countPerName).filter { $0 != index }.compactMap { found[$0] }
    found[index] = addresses.first { !others.contains($0) }
    return found[index]
  }
}
