// How every command ends that has a result: what it found is in its files before anybody is told of it, because telling
// may block, fail, or be ended by a signal.

internal import ArgumentParser
internal import Glibc
internal import Launcher
internal import Results

/// What a command found.
struct Outcome {
  /// For `--json` and for the results that are kept; nil where there is nothing to write.
  var document: (any ResultForm)?
  /// For people; empty where there is nothing to say.
  var text: String
  var status: Int32
  /// One line each on standard error, behind everything else.
  var complaints: [String] = []
  /// Files beside the document.
  var writeOthers: () throws -> Void = {}
}

struct Epilogue {
  /// A file, or - for standard output, which then has nothing else: the text goes to standard error.
  private let json: String?
  /// nil for `--no-save`.
  private let saved: SavedResults?
  private let console: Console
  private let isQuiet: Bool

  /// - Throws: `ResultError` where the result could not be written at the end.
  init(_ options: ResultOptions, _ call: Invocation) throws {
    if let json = options.json { try ResultFile.checkWritable(json) }
    json = options.json
    saved = options.noSave ? nil : call.saved
    console = call.console
    isQuiet = options.quiet
  }

  /// Runs a session and ends with what it found.
  func run<S: Session>(
    _ makeSession: (any RunObserver) throws -> S, outcome: (S, Int32) -> Outcome
  ) throws {
    let progress = isQuiet ? nil : TerminalProgress()
    let session = try makeSession(progress ?? SilentProgress())
    let status = session.run()
    progress?.close()
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
    func write(_ document: (any ResultForm)?) throws {
      if let document, let json, !isOnOutput { try ResultFile.write(document, to: json) }
    }
    attempt(made.writeOthers)
    attempt { try write(made.document) }
    let isWritten = problems.isEmpty
    let kept = keep(made)
    // From here on a reader may block.
    releaseSignals()
    if isOnOutput, let document = made.document { attempt { try console.out(ResultFile.encode(document)) } }
    if !made.text.isEmpty {
      let text = made.text + (kept.path.map { "Saved as \($0)\n" } ?? "")
      if isOnOutput {
        if !isQuiet { console.error(text) }
      } else {
        attempt { try console.out(text) }
      }
    }
    // The files have the status that the command ends with.
    if isWritten, !problems.isEmpty, made.status == 0 {
      let failed = outcome(1).document
      attempt { try write(failed) }
      if let path = kept.path, let failed { attempt { try ResultFile.write(failed, to: path) } }
    }
    if let warning = kept.warning { console.error("ctxchain: warning: the result is not kept: \(warning)") }
    made.complaints.forEach { console.error("ctxchain: \($0)") }
    problems.forEach { console.error("ctxchain: \($0)") }
    if made.status != 0 || !problems.isEmpty { throw ExitCode(isWritten && made.status != 0 ? made.status : 1) }
  }

  /// Nobody has asked for it, so that it fails is no reason for a command to fail. What has nothing to show is not kept.
  private func keep(_ made: Outcome) -> (path: String?, warning: (any Error)?) {
    guard let saved, let document = made.document, !made.text.isEmpty else { return (nil, nil) }
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    do {
      let path = try saved.save(
        ResultFile.encode(document), kind: type(of: document).kind,
        unixMilliseconds: now.tv_sec * 1000 + now.tv_nsec / 1_000_000)
      return (path, nil)
    } catch {
      return (nil, error)
    }
  }
}
