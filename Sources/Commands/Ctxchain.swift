// From the words of a command line to an exit status. It may be called any number of times in one process.

internal import ArgumentParser
internal import Launcher
internal import Topology

package enum Ctxchain {
  /// Parses and runs. Everything that is wrong is one line on standard error.
  package static func run(_ call: Invocation) -> Int32 {
    do {
      var command = try parse(call.commandLine)
      if let command = command as? any Command { try command.run(call) } else { try command.run() }
      return 0
    } catch {
      return report(error, call)
    }
  }

  /// What is wrong with a command line as it is written, before anything is done; nil when nothing is.
  package static func problem(_ commandLine: [String]) -> String? {
    do {
      _ = try parse(commandLine)
      return nil
    } catch {
      return CtxchainCommand.exitCode(for: error).isSuccess ? nil : CtxchainCommand.message(for: error)
    }
  }

  private static func parse(_ commandLine: [String]) throws -> any ParsableCommand {
    try CtxchainCommand.parseAsRoot(Array(commandLine.dropFirst()))
  }

  /// Prints what the error has to say, and returns the exit status.
  private static func report(_ error: any Error, _ call: Invocation) -> Int32 {
    switch error {
    case let code as ExitCode: return code.rawValue
    case let failure as CommandFailure:
      call.console.error("ctxchain: " + failure.text)
      return failure.status
    case LauncherError.interrupted(let signal): return 128 + signal
    case is TopologyError:
      call.console.error("ctxchain: \(error)")
      return 2
    default: break
    }
    let code = CtxchainCommand.exitCode(for: error)
    if code.isSuccess {
      // The help, or the version.
      do {
        try call.console.out(CtxchainCommand.fullMessage(for: error) + "\n")
        return 0
      } catch {
        return report(error, call)
      }
    }
    // Not ArgumentParser's own: something could not be done, and its arguments are not to blame.
    guard code == ExitCode.validationFailure else {
      call.console.error("ctxchain: \(error)")
      return code.rawValue
    }
    // One line, not ArgumentParser's usage behind it, which for an error of `run` is that of another command.
    let message = unknownCommand(call) ?? CtxchainCommand.message(for: error)
    let lines = message.split(whereSeparator: \.isNewline)
    if !lines.isEmpty { call.console.error(name(call) + ": " + lines.joined(separator: "; ")) }
    // As everywhere here; ArgumentParser's own is 64.
    return 2
  }

  /// ArgumentParser complains of an option before it does of a command that it belongs to and that there is not.
  private static func unknownCommand(_ call: Invocation) -> String? {
    var command: any ParsableCommand.Type = CtxchainCommand.self
    for word in call.commandLine.dropFirst() {
      let subcommands = command.configuration.subcommands
      guard !subcommands.isEmpty, !word.hasPrefix("-"), word != "help" else { return nil }
      guard let next = subcommands.first(where: { $0.configuration.commandName == word }) else {
        let known = subcommands.filter { $0.configuration.shouldDisplay }.compactMap { $0.configuration.commandName }
        return "unknown command \"\(word)\"" + NearestName.hint(for: word, among: known)
      }
      command = next
    }
    return nil
  }

  /// With the command that was asked for.
  private static func name(_ call: Invocation) -> String {
    let names = CtxchainCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
    let asked = call.commandLine.dropFirst().first.flatMap { word in names.first { $0 == word } }
    return ["ctxchain", asked].compactMap { $0 }.joined(separator: " ")
  }
}

struct CtxchainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ctxchain",
    abstract: "Measures what it costs to carry request context through a chain of services.",
    discussion: """
      Starts real service processes wired over TCP, drives load through them, and compares carrier strategies: what each \
      costs per hop, and what each loses.

      ctxchain --generate-completion-script bash (or zsh, fish) prints completions for that shell: for bash, put it into \
      ~/.local/share/bash-completion/completions/ctxchain.

      Example: ctxchain chain -n 2 --strategies baseline,packed --rounds 1
      """,
    version: ToolVersion.current,
    subcommands: [
      ChainCommand.self, RunCommand.self, CompareCommand.self, CapacityCommand.self, LoadCommand.self,
      ShowCommand.self, ReportCommand.self, ProfileCommand.self, ValidateCommand.self, UpCommand.self,
      ExportCommand.self,
      BenchCommand.self,
      SelftestCommand.self, CalibrateCommand.self, SemanticsCommand.self, LabCommand.self,
      NodeCommand.self, InstructionsCommand.self,
    ])
}

enum ToolVersion {
  static let current = "0.1.0"
}
