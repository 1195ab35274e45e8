// A file of folded stacks per node and kind.

internal import Glibc

package struct FoldedFolder {
  package struct Entry: Sendable {
    package var service: String
    package var replica: Int
    package var kind: CallSite.Kind
    package var stacks: [NamedStack]

    package init(service: String, replica: Int, kind: CallSite.Kind, stacks: [NamedStack]) {
      self.service = service
      self.replica = replica
      self.kind = kind
      self.stacks = stacks
    }

    /// Services have names that are good file names.
    package var fileName: String { "\(service)-\(replica)-\(kind.rawValue).folded" }
  }

  package static func write(_ entries: [Entry], to folder: String) throws(ResultError) {
    try Folder.create(folder)
    var calls = FileCalls()
    // It can be made again, so nothing waits for the disk.
    calls.synchronize = { _ in 0 }
    for entry in entries {
      try ResultFile.write(
        Array(FoldedStacks.text(entry.stacks).utf8), to: folder + "/" + entry.fileName, calls: calls)
    }
  }

  /// Fails now where `write` would fail after the run.
  package static func checkWritable(_ folder: String) throws(ResultError) {
    try Folder.create(folder)
    guard access(folder, W_OK | X_OK) == 0 else { throw .cannotWrite(path: folder, problem: errorText(errno)) }
  }
}
