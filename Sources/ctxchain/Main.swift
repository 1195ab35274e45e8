// The program: a child of the launcher, or a command. Arguments only; what commands do is Launcher's.

internal import ArgumentParser
internal import CLinux
internal import Glibc
internal import Topology

@main
enum Main {
  static func main() {
    raiseDescriptorLimit()
    ChildMain.runIfChild(CommandLine.arguments)
    // A file that outgrows its limit is an error like a full disk, and must not end the process; nor must a reader that
    // has gone away.
    signal(SIGXFSZ, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    holdStandardDescriptors()
    do {
      var command = try CtxchainCommand.parseAsRoot()
      try command.run()
    } catch {
      exit(report(error))
    }
  }

  /// Where one of the three is closed, nothing else may get its number: what is written there would go into a socket. The
  /// number is for reading alone, so that writing to it is still an error.
  private static func holdStandardDescriptors() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", O_RDONLY)
    }
  }

  /// To the hard limit: the soft one is for programs that use `select`. Children inherit it.
  private static func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// Prints what the error has to say, and returns the exit status.
  private static func report(_ error: any Error) -> Int32 {
    let code = CtxchainCommand.exitCode(for: error).rawValue
    if code == 0 {
      // The help, or the version.
      do throws(ExitCode) {
        try Console.out(CtxchainCommand.fullMessage(for: error) + "\n")
        return 0
      } catch {
        return error.rawValue
      }
    }
    // One line, not ArgumentParser's usage behind it, which for an error of `run` is that of another command.
    let isUsage = code == ExitCode.validationFailure.rawValue
    let message = (isUsage ? unknownCommand : nil) ?? CtxchainCommand.message(for: error)
    let lines = message.split(whereSeparator: \.isNewline)
    if !lines.isEmpty { Console.error(name + ": " + lines.joined(separator: "; ")) }
    // 2 for bad arguments, as everywhere here; ArgumentParser's own is 64.
    return isUsage ? 2 : code
  }

  /// ArgumentParser complains of an option before it does of a command that it belongs to and that there is not.
  private static var unknownCommand: String? {
    var command: any ParsableCommand.Type = CtxchainCommand.self
    for word in CommandLine.arguments.dropFirst() {
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
  private static var name: String {
    let names = CtxchainCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
    let asked = CommandLine.arguments.dropFirst().first.flatMap { word in names.first { $0 == word } }
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

      Example: ctxchain chain -n 2 --strategies baseline,packed --rounds 1
      """,
    version: ToolVersion.current,
    subcommands: [
      ChainCommand.self, RunCommand.self, CompareCommand.self, CapacityCommand.self, LoadCommand.self,
      ReportCommand.self, ProfileCommand.self, ValidateCommand.self, UpCommand.self, BenchCommand.self,
      SelftestCommand.self, CalibrateCommand.self, SemanticsCommand.self, LabCommand.self,
      NodeCommand.self, InstructionsCommand.self,
    ])
}

enum ToolVersion {
  static let current = "0.1.0"
}
