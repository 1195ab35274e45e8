internal import ArgumentParser

struct LabCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab",
    abstract: "Show what goes wrong with a context, in processes of their own, and that it can be done right.",
    subcommands: [LabRaceCommand.self])
}
