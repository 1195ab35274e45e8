// A command: arguments that ArgumentParser reads, and what they lead to.

internal import ArgumentParser

protocol Command: ParsableCommand {
  /// Throws the exit status when it is not 0, or what was wrong; `Ctxchain` prints that.
  func run(_ call: Invocation) throws
}

/// One line for standard error, and the exit status.
struct CommandFailure: Error {
  let text: String
  let status: Int32

  init(_ text: String, status: Int32) {
    self.text = text
    self.status = status
  }

  /// What an argument names is wrong, and not what became of it: status 2.
  static func ofArguments<T>(_ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure("\(error)", status: 2)
    }
  }
}
