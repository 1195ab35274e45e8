// A topology file: from a path or from text to a checked `Topology`. Never writes; TopologyPrinter does.

package enum TopologyFile {
  /// Reads and checks the file at `path`, which is also how errors name it. A file over `TopologyLimits.fileSizeMax` is
  /// refused unread.
  package static func load(path: String, vocabulary: Vocabulary) throws(TopologyError) -> Topology {
    try TopologyReader(vocabulary: vocabulary).topology(DocumentFile.root(path: path, of: "a topology"))
  }

  /// Checks `text`, which errors call `name`.
  package static func parse(
    _ text: String, name: String, vocabulary: Vocabulary
  ) throws(TopologyError) -> Topology {
    try TopologyReader(vocabulary: vocabulary).topology(DocumentFile.root(text, name: name, of: "a topology"))
  }
}
