// How a command was called: its words, where it writes and keeps results, and what counts for it. Tests call commands
// with one of their own.

package import Control
package import Results

package struct Invocation: Sendable {
  /// The program's name first.
  package let commandLine: [String]
  package let console: Console
  package let saved: SavedResults
  /// Of the calling thread.
  package let readMeter: @Sendable () -> MeterReading

  package init(
    commandLine: [String], console: Console, saved: SavedResults = SavedResults(),
    readMeter: @escaping @Sendable () -> MeterReading
  ) {
    self.commandLine = commandLine
    self.console = console
    self.saved = saved
    self.readMeter = readMeter
  }
}
