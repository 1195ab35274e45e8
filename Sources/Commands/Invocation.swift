// How a command was called: its words, where it writes, and what counts for it. Tests call commands with one of their own.

package import Control

package struct Invocation: Sendable {
  /// The program's name first.
  package let commandLine: [String]
  package let console: Console
  /// Of the calling thread.
  package let readMeter: @Sendable () -> MeterReading

  package init(commandLine: [String], console: Console, readMeter: @escaping @Sendable () -> MeterReading) {
    self.commandLine = commandLine
    self.console = console
    self.readMeter = readMeter
  }
}
