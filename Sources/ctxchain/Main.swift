// The program: a child of the launcher, or a command. Arguments only; what commands do is Launcher's.

internal import ArgumentParser
internal import CLinux
internal import Glibc

@main
enum Main {
  static func main() {
    ChildMain.runIfChild(CommandLine.arguments)
    do {
      var command = try CtxchainCommand.parseAsRoot()
      try command.run()
    } catch {
      // 2 for bad arguments, as everywhere here; ArgumentParser's own is 64.
      let code = CtxchainCommand.exitCode(for: error).rawValue
      let text = CtxchainCommand.fullMessage(for: error)
      if code == 0 {
        print(text)
      } else if !text.isEmpty {
        Console.error(text)
      }
      exit(code == ExitCode.validationFailure.rawValue ? 2 : code)
    }
  }
}

struct CtxchainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ctxchain",
    abstract: "Measures what it costs to carry request context through a chain of services.",
    discussion: """
      Starts real service processes wired over TCP, drives load through them, and compares carrier strategies: what each \
      costs per hop, and what each loses.

      Example: ctxchain chain -n 3 --strategies baseline,packed
      """,
    version: ToolVersion.current,
    subcommands: [
      ChainCommand.self, RunCommand.self, LoadCommand.self, ReportCommand.self, ValidateCommand.self, UpCommand.self,
      NodeCommand.self,
    ])
}

enum ToolVersion {
  static let current = "0.1.0"
}
