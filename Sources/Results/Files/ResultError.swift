// What goes wrong between a result, or a report, and its file. Every description is one line.

package enum ResultError: Error, Equatable, CustomStringConvertible {
  /// `problem` is the system's word for what happened.
  case cannotWrite(path: String, problem: String)
  /// A folder for a report holds something that no report wrote.
  case folderInUse(path: String, found: String)
  case cannotRead(path: String, problem: String)
  case notEncodable(field: String, problem: String)
  case notJSON(path: String, problem: String)
  case otherFormat(path: String, found: String)
  case newerVersion(path: String, found: Int, known: Int)
  case badField(path: String, field: String, problem: String)

  package var description: String {
    let text =
      switch self {
      case .cannotWrite(let path, let problem): "cannot write \(path): \(problem)"
      case .folderInUse(let path, let found):
        "\(path): expected an empty folder or an earlier report, found \(found); --force leaves it and writes beside it"
      case .cannotRead(let path, let problem): "cannot read \(path): \(problem)"
      case .notEncodable(let field, let problem): "cannot write the result: \(field): \(problem)"
      case .notJSON(let path, let problem): "\(path): expected a complete JSON document: \(problem)"
      case .otherFormat(let path, let found):
        "\(path): format: expected \"\(RunResult.formatName)\", which chain and run write, got \(found)"
      case .newerVersion(let path, let found, let known):
        "\(path): version: expected 1 to \(known), got \(found); a newer ctxchain wrote it"
      case .badField(let path, let field, let problem): "\(path): \(field): \(problem)"
      }
    return text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
