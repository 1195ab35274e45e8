// Why a topology cannot be written down for an orchestrator. The one error type of this module; always one line.

package struct ExportError: Error, Equatable, Sendable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
