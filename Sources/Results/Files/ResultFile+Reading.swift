// Reads a result back, of this version or an older one. It never looks at what the numbers mean.

internal import FoundationEssentials
internal import Glibc

extension ResultFile {
  /// Bytes of a document that is read.
  package static let sizeMax = 256 << 20

  package static func read(_ path: String) throws(ResultError) -> RunResult {
    try decode(contents(of: path), path: path)
  }

  /// The name of a document's form; one that is no result has none that is known.
  ///
  /// - Parameter path: only for the error.
  package static func format(of bytes: [UInt8], path: String) throws(ResultError) -> String? {
    let data = Data(bytes)
    do {
      return try JSONDecoder().decode(Header.self, from: data).format
    } catch let error as DecodingError {
      throw described(error, in: data, path: path) { JSONDecoder().refusesWithoutPlace(Header.self, in: $0) }
    } catch {
      throw .notJSON(path: path, problem: "\(error)")
    }
  }

  package static func decode(_ bytes: [UInt8], path: String) throws(ResultError) -> RunResult {
    try decode(RunResult.self, bytes, path: path)
  }

  /// - Parameter path: only for the error.
  package static func decode<Form: ResultForm & Decodable>(
    _: Form.Type, _ bytes: [UInt8], path: String
  ) throws(ResultError) -> Form {
    let data = Data(bytes)
    let decoder = JSONDecoder()
    decoder.userInfo[DocumentReading.path] = path
    do {
      do {
        return try decoder.decode(Document<Form>.self, from: data).result
      } catch is EarlierVersion {
        decoder.keyDecodingStrategy = OldKeys.strategy
        decoder.userInfo[DocumentReading.knowsOldKeys] = true
        return try decoder.decode(Document<Form>.self, from: data).result
      }
    } catch let error as ResultError {
      throw error
    } catch let error as DecodingError {
      throw described(error, in: data, path: path) { decoder.refusesWithoutPlace(Form.self, in: $0) }
    } catch {
      throw .notJSON(path: path, problem: "\(error)")
    }
  }

  /// Said of a document by a decoder that knows today's keys alone.
  private struct EarlierVersion: Error {}

  private enum DocumentReading {
    static let path = CodingUserInfoKey(rawValue: "path")!
    static let knowsOldKeys = CodingUserInfoKey(rawValue: "knowsOldKeys")!
  }

  private struct Header: Decodable {
    let format: String?
    let version: Int?
  }

  /// The head that every version has is judged before the rest is read, in one pass over the bytes: they can be many.
  private struct Document<Form: ResultForm & Decodable>: Decodable {
    let result: Form

    init(from decoder: any Decoder) throws {
      let path = decoder.userInfo[DocumentReading.path] as? String ?? ""
      let header = try Header(from: decoder)
      guard header.format == Form.formatName else {
        throw ResultError.otherFormat(path: path, found: described(header.format))
      }
      guard let version = header.version, version >= 1 else {
        throw ResultError.badField(path: path, field: "version", problem: "expected 1 or more")
      }
      guard version <= Form.currentVersion else {
        throw ResultError.newerVersion(path: path, found: version, known: Form.currentVersion)
      }
      if version < Form.currentVersion, !decoder.userInfo.keys.contains(DocumentReading.knowsOldKeys) {
        throw EarlierVersion()
      }
      result = try Form(from: decoder)
    }
  }

  /// Of a document that is of another form.
  private static func described(_ format: String?) -> String {
    guard let format else { return "none" }
    return "\"\(format)\"" + (commands[format].map { ", which \($0) writes" } ?? "")
  }

  /// By the format of the documents that they write.
  private static let commands = [
    BenchResult.formatName: "bench", CalibrationResult.formatName: "calibrate", CapacityResult.formatName: "capacity",
    ComparisonDocument.formatName: "compare", KnownDifferenceResult.formatName: "calibrate --known",
    LeakResult.formatName: "lab leak", LoadResult.formatName: "load",
    PressureResult.formatName: "lab pressure", ProfileResult.formatName: "profile", RaceResult.formatName: "lab race",
    SelfTestResult.formatName: "selftest", SemanticsResult.formatName: "semantics",
  ]

  /// The bytes of a document; of what comes over standard input, without lines around it.
  package static func contents(of path: String) throws(ResultError) -> [UInt8] {
    let file = path == standardInput ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .cannotRead(path: path, problem: errorText(errno)) }
    defer { _ = Glibc.close(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(file, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .cannotRead(path: path, problem: errorText(errno)) }
      guard count > 0 else { return path == standardInput ? LoggedDocument.find(in: bytes) : bytes }
      bytes += piece[..<count]
      guard bytes.count <= sizeMax else {
        throw .cannotRead(path: path, problem: "expected at most \(sizeMax >> 20) MiB")
      }
    }
  }

  private static func described(
    _ error: DecodingError, in data: Data, path: String, fails: (Data) -> Bool
  ) -> ResultError {
    switch error {
    case .keyNotFound(let key, let context):
      return .badField(path: path, field: fieldName(context.codingPath + [key]), problem: "is missing")
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return .badField(path: path, field: fieldName(context.codingPath), problem: context.debugDescription)
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      return .badField(path: path, field: fieldName(context.codingPath), problem: context.debugDescription)
    case .dataCorrupted(let context):
      if let misfit = MisfitNumber.find(in: data, fails: fails) {
        return .badField(
          path: path, field: misfit.field, problem: "expected a number of another range, got \(misfit.number)")
      }
      let isCut = endsEarly(Array(data))
      return .notJSON(
        path: path, problem: isCut ? "it ends early, after \(data.count) bytes" : context.debugDescription)
    @unknown default:
      return .notJSON(path: path, problem: "\(error)")
    }
  }

  /// Whether a string, list or object is open at the end, or there is nothing at all.
  private static func endsEarly(_ bytes: [UInt8]) -> Bool {
    var depth = 0
    var isInString = false
    var isEscaped = false
    for byte in bytes {
      switch byte {
      case _ where isEscaped: isEscaped = false
      case UInt8(ascii: "\\"): isEscaped = isInString
      case UInt8(ascii: "\""): isInString.toggle()
      case UInt8(ascii: "{") where !isInString, UInt8(ascii: "[") where !isInString: depth += 1
      case UInt8(ascii: "}") where !isInString, UInt8(ascii: "]") where !isInString: depth -= 1
      default: break
      }
    }
    return isInString || depth > 0 || bytes.isEmpty
  }

  /// `trials[3].ledger.planned`
  static func fieldName(_ codingPath: [any CodingKey]) -> String {
    var name = ""
    for key in codingPath {
      if let index = key.intValue {
        name += "[\(index)]"
      } else {
        name += name.isEmpty ? key.stringValue : "." + key.stringValue
      }
    }
    return name.isEmpty ? "document" : name
  }
}

extension JSONDecoder {
  /// Whether it fails without saying where: so Foundation does for a number that its field cannot hold.
  fileprivate func refusesWithoutPlace(_ type: (some Decodable).Type, in data: Data) -> Bool {
    do {
      _ = try decode(type, from: data)
      return false
    } catch DecodingError.dataCorrupted(let context) {
      return context.codingPath.isEmpty
    } catch {
      return false
    }
  }
}
