// From a plan for a capacity search to its file, its table and its exit status.

internal import ArgumentParser
internal import Launcher
internal import Report
internal import Results

enum CapacityExecution {
  /// Throws the exit status when it is not 0.
  static func perform(_ plan: CapacityPlan, json: String?) throws {
    do {
      if let json { try ResultFile.checkWritable(json) }
      let progress = TerminalProgress()
      let session = try CapacitySession(plan: plan, observer: progress)
      let status = session.run()
      progress.close()
      let result = session.result
      // The file first, while a signal still ends nothing; the table also when there is no file.
      let file = json == ResultFile.standardOutput ? nil : json
      let written = Result { if let file { try ResultFile.write(result, to: file) } }
      session.close()
      let unprinted = Console.report(CapacityText.render(result), json: json)
      try written.get()
      if file == nil, let json { try ResultFile.write(result, to: json) }
      if status == 1 {
        for reason in result.failures.map(\.reason) + result.notes { Console.error("ctxchain: \(reason)") }
      }
      if status != 0 { throw ExitCode(status) }
      if let unprinted { throw unprinted }
    } catch let code as ExitCode {
      throw code
    } catch LauncherError.interrupted(let signal) {
      throw ExitCode(128 + signal)
    } catch {
      throw Console.fail("\(error)", status: 1)
    }
  }
}
