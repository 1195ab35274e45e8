internal import ArgumentParser

struct LabCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab",
    abstract: "Show in running processes what goes wrong with contexts, and what it costs.",
    discussion: """
      Each laboratory ends with a verdict in words, and with status 1 when its effect was not there.

      Example: ctxchain lab leak --deadline 1s --duration 500ms
      """,
    subcommands: [LabRaceCommand.self, LeakCommand.self, PressureCommand.self])
}
