// Results as arguments name them: a file, or `last` and `previous` for runs that were kept without being asked.

internal import Report
internal import Results

struct NamedResults {
  static let last = "last"
  static let previous = "previous"

  let saved: SavedResults
  /// Takes as the previous run also one that may not be held against the last.
  var takesAny = false

  static func isResult(_ word: String) -> Bool { word.hasSuffix(".json") || word == last || word == previous }

  /// The newest result of any kind.
  func newest() throws(CommandFailure) -> String {
    guard let file = saved.files.first else {
      throw CommandFailure("\(saved.folder): expected a result that a command has kept there, found none", status: 2)
    }
    return file.path
  }

  func path(_ word: String) throws(CommandFailure) -> String {
    switch word {
    case Self.last: try lastRun()
    case Self.previous: try previousRun()
    default: word
    }
  }

  func files(_ words: [String]) throws -> [ResultPairing.File] {
    try words.map(path).map { ResultPairing.File(path: $0, result: try ResultFile.read($0)) }
  }

  /// Of `chain` and `run`, newest first.
  private var runs: [String] { saved.files.filter { $0.kind == RunResult.kind }.map(\.path) }

  private func lastRun() throws(CommandFailure) -> String {
    guard let path = runs.first else {
      throw CommandFailure(
        "\(Self.last): expected a result of chain or run in \(saved.folder), found none", status: 2)
    }
    return path
  }

  /// The newest before the last that can be compared with it.
  private func previousRun() throws(CommandFailure) -> String {
    let last = try lastRun()
    var objection: String?
    for path in runs.dropFirst() {
      guard !takesAny, let found = self.objection(to: path, against: last) else { return path }
      objection = objection ?? found
    }
    let reason = objection.map { "; the newest of them: \($0)" } ?? ""
    throw CommandFailure(
      "\(Self.previous): expected a run in \(saved.folder) that can be compared with \(last), found none\(reason)",
      status: 2)
  }

  private func objection(to path: String, against last: String) -> String? {
    do {
      let files = try files([path, last])
      return try ResultPairing(files[0], files[1], arm: nil, depth: nil).objections.first
    } catch {
      return "\(error)"
    }
  }
}
