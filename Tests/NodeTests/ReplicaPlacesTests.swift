import Node
import Testing

@Suite("Replicas behind one name")
struct ReplicaPlacesTests {
  /// What each of three replicas takes of these addresses.
  private func choose(_ places: inout ReplicaPlaces<UInt32>, _ addresses: [UInt32]) -> [UInt32?] {
    (0..<3).map { places.choose(among: addresses, for: $0) }
  }

  @Test("have an address each, and one that has none yet waits for one more")
  func each() {
    var places = ReplicaPlaces<UInt32>(nameCount: 1, countPerName: 3)
    #expect(choose(&places, []) == [nil, nil, nil])
    #expect(choose(&places, [7]) == [7, nil, nil])
    #expect(choose(&places, [5, 7]) == [7, 5, nil])
    #expect(choose(&places, [5, 6, 7, 8]) == [7, 5, 6])
  }

  @Test("keep theirs, and one whose address is gone takes the one that nobody has")
  func replaced() {
    var places = ReplicaPlaces<UInt32>(nameCount: 1, countPerName: 3)
    #expect(choose(&places, [1, 2, 3]) == [1, 2, 3])
    // The pod at 2 is replaced by one at 9, then another one by 4.
    #expect(choose(&places, [1, 3, 9]) == [1, 9, 3])
    #expect(choose(&places, [1, 4, 9]) == [1, 9, 4])
    #expect(choose(&places, [1, 9]) == [1, 9, nil])
  }

  @Test("of one name take nothing from those of another, and a name of one process is its first address")
  func names() {
    var places = ReplicaPlaces<UInt32>(nameCount: 2, countPerName: 2)
    #expect(places.count == 4)
    #expect((0..<4).map { places.choose(among: [1, 2], for: $0) } == [1, 2, 1, 2])
    var single = ReplicaPlaces<UInt32>(nameCount: 2, countPerName: 1)
    #expect(single.choose(among: [3, 4], for: 1) == 3 && single.choose(among: [], for: 0) == nil)
  }
}
