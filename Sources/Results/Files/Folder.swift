// Folders that files go into. It decides nothing about what they may hold.

internal import Glibc

package enum Folder {
  /// Makes the folder, with the folders above it, when it is not there.
  package static func create(_ folder: String) throws(ResultError) {
    guard !folder.isEmpty else { throw .cannotWrite(path: "\"\"", problem: "expected the name of a folder") }
    var path = folder.hasPrefix("/") ? "/" : ""
    for step in folder.split(separator: "/") {
      path += (path.isEmpty || path.hasSuffix("/") ? "" : "/") + step
      guard mkdir(path, 0o777) != 0 else { continue }
      let problem = errno
      var status = stat()
      guard stat(path, &status) == 0 else { throw .cannotWrite(path: folder, problem: errorText(problem)) }
      guard status.st_mode & S_IFMT == S_IFDIR else {
        throw .cannotWrite(path: folder, problem: errorText(ENOTDIR))
      }
    }
  }

  /// Without the folder itself and the one above it, sorted.
  package static func names(in folder: String) throws(ResultError) -> [String] {
    guard let stream = opendir(folder) else { throw .cannotRead(path: folder, problem: errorText(errno)) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
