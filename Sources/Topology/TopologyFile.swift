// A topology file: from a path or from text to a checked `Topology`. Never writes; TopologyPrinter does.

package enum TopologyFile {
  /// Reads and checks the file at `path` for use: what is valid but cannot be started by this version is refused too.
  package static func load(path: String, vocabulary: Vocabulary) throws(TopologyError) -> Topology {
    let (topology, limit) = try check(path: path, vocabulary: vocabulary)
    if let limit { throw limit }
    return topology
  }

  /// Reads and checks the file at `path`, which is also how errors name it. A file over `TopologyLimits.fileSizeMax` is
  /// refused unread. The second value says why this version cannot start the topology; nil when it can.
  package static func check(
    path: String, vocabulary: Vocabulary
  ) throws(TopologyError) -> (topology: Topology, limit: TopologyError?) {
    try check(DocumentFile.root(path: path, of: "a topology"), vocabulary: vocabulary)
  }

  /// Checks `text`, which errors call `name`.
  package static func parse(
    _ text: String, name: String, vocabulary: Vocabulary
  ) throws(TopologyError) -> Topology {
    try check(DocumentFile.root(text, name: name, of: "a topology"), vocabulary: vocabulary).topology
  }

  private static func check(
    _ root: Field, vocabulary: Vocabulary
  ) throws(TopologyError) -> (topology: Topology, limit: TopologyError?) {
    var reader = TopologyReader(vocabulary: vocabulary)
    let topology = try reader.topology(root)
    return (topology, reader.limit)
  }
}
