// What a descriptor says of the terminal that it is.

internal import CLinux

package enum Terminal {
  /// nil of what is none, and of a terminal that does not say.
  package static func columnCount(_ fd: Int32) -> Int? {
    var (columns, rows): (Int32, Int32) = (0, 0)
    ctx_terminal_size(fd, &columns, &rows)
    return columns > 0 ? Int(columns) : nil
  }
}
