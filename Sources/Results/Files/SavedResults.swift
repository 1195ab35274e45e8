// The results that commands keep without being asked: the newest ones, in a folder of their own. It never looks at what
// they say, and asks no clock.

internal import Glibc

package struct SavedResults: Sendable {
  package struct File: Equatable, Sendable {
    package let path: String
    /// As `ResultForm.kind`.
    package let kind: String
  }

  package static let countMax = 20
  /// In the working folder.
  package static let folderByDefault = ".ctxchain"

  package let folder: String

  package init(folder: String = Self.folderByDefault) {
    self.folder = folder
  }

  /// Newest first; none where there is no folder.
  package var files: [File] {
    names.map { File(path: folder + "/" + $0, kind: Self.kind($0)) }
  }

  /// Makes the folder when it is not there, invisible to git, and removes the oldest results when there are too many.
  ///
  /// - Parameter unixMilliseconds: since 1970-01-01; what is kept later must not be earlier.
  /// - Returns: the path of the file.
  package func save(_ document: [UInt8], kind: String, unixMilliseconds: Int) throws(ResultError) -> String {
    try Folder.create(folder)
    let ignoring = folder + "/.gitignore"
    if access(ignoring, F_OK) != 0 { try ResultFile.write(Array("*\n".utf8), to: ignoring, calls: FileCalls()) }
    var time = unixMilliseconds
    while names.contains(where: { $0.hasPrefix(Self.stamp(time)) }) { time += 1 }
    let path = "\(folder)/\(Self.stamp(time))-\(kind).json"
    try ResultFile.write(document, to: path, calls: FileCalls())
    for old in names.dropFirst(Self.countMax) { unlink(folder + "/" + old) }
    return path
  }

  /// Newest first. Files of other names are not ours.
  private var names: [String] {
    ((try? Folder.names(in: folder)) ?? []).filter(Self.isOurs).sorted(by: >)
  }

  /// `20260131T235959.123Z`: sorted as text, times are in their order.
  private static func stamp(_ unixMilliseconds: Int) -> String {
    let text = Timestamp.text(unixSeconds: unixMilliseconds / 1000).filter { $0 != "-" && $0 != ":" }
    let rest = String(unixMilliseconds % 1000)
    return text.dropLast() + "." + String(repeating: "0", count: 3 - rest.count) + rest + "Z"
  }

  private static let stampSize = 20

  private static func isOurs(_ name: String) -> Bool {
    let shape = name.prefix(stampSize).map { $0.isNumber ? "0" : $0 }
    return String(shape) == "00000000T000000.000Z" && name.dropFirst(stampSize).hasPrefix("-")
      && name.hasSuffix(".json")
  }

  private static func kind(_ name: String) -> String {
    String(name.dropFirst(stampSize + 1).dropLast(".json".count))
  }
}
