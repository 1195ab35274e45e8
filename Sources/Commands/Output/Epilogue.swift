// How every command ends that has a result: what it found is in its files before anybody is told of it, because telling
// may block, fail, or be ended by a signal.

internal import ArgumentParser
internal import Launcher
internal import Results

/// What a command found.
struct Outcome {
  /// For `--json`; nil where there is nothing to write.
  var document: (any Encodable)?
  /// For people; empty where there is nothing to say.
  var text: String
  var status: Int32
  /// One line each on standard error, behind everything else.
  var complaints: [String] = []
  /// Files beside the document.
  var writeOthers: () throws -> Void = {}
}

struct Epilogue {
  private let json: String?
  private let console: Console

  /// - Parameter json: a file, or - for standard output, which then has nothing else: the text goes to standard error.
  /// - Throws: `ResultError` where the result could not be written at the end.
  init(json: String?, _ call: Invocation) throws {
    if let json { try ResultFile.checkWritable(json) }
    self.json = json
    console = call.console
  }

  /// Runs a session and ends with what it found.
  func run<S: Session>(
    _ makeSession: (any RunObserver) throws -> S, outcome: (S, Int32) -> Outcome
  ) throws {
    let progress = TerminalProgress()
    let session = try makeSession(progress)
    let status = session.run()
    progress.close()
    try end(status: status, releaseSignals: session.close) { outcome(session, $0) }
  }

  /// Throws the exit status when it is not 0.
  ///
  /// - Parameters:
  ///   - releaseSignals: until it is called a signal is noted and ends nothing.
  ///   - outcome: made from the status, and once more when that has become 1, because nothing could be printed.
  func end(status: Int32, releaseSignals: () -> Void = {}, outcome: (Int32) -> Outcome) throws {
    let made = outcome(status)
    var problems: [any Error] = []
    func attempt(_ body: () throws -> Void) {
      do { try body() } catch { problems.append(error) }
    }
    let isOnOutput = json == ResultFile.standardOutput
    func write(_ document: (any Encodable)?) throws {
      if let document, let json, !isOnOutput { try ResultFile.write(document, to: json) }
    }
    attempt(made.writeOthers)
    attempt { try write(made.document) }
    let isWritten = problems.isEmpty
    // From here on a reader may block.
    releaseSignals()
    if isOnOutput, let document = made.document { attempt { try console.out(ResultFile.encode(document)) } }
    if !made.text.isEmpty {
      if isOnOutput { console.error(made.text) } else { attempt { try console.out(made.text) } }
    }
    // The file has the status that the command ends with.
    if isWritten, !problems.isEmpty, made.status == 0 { attempt { try write(outcome(1).document) } }
    made.complaints.forEach { console.error("ctxchain: \($0)") }
    problems.forEach { console.error("ctxchain: \($0)") }
    if made.status != 0 || !problems.isEmpty { throw ExitCode(isWritten && made.status != 0 ? made.status : 1) }
  }
}
