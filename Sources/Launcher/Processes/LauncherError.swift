// Why a run cannot start or go on.

internal import EventLoop

package enum LauncherError: Error, CustomStringConvertible {
  case spawn(String, errno: Int32)
  /// A child ended that should not have.
  case childDied(ChildDeath)
  /// A node that somebody else started is gone.
  case nodeLost(NodeLoss)
  /// A child said that it cannot go on.
  case childFailed(name: String, reason: String)
  case notReady(what: String, seconds: Double)
  /// SIGINT or SIGTERM.
  case interrupted(signal: Int32)
  case badPlan(String)
  /// The program that was to run an arm cannot.
  case otherProgram(path: String, reason: String)

  package var description: String {
    switch self {
    case .spawn(let name, let error): "cannot start \(name): \(errorText(error))"
    case .childDied(let death): death.description
    case .nodeLost(let loss): loss.description
    case .childFailed(let name, let reason): "\(name): \(reason)"
    case .notReady(let what, let seconds): "\(what) did not answer within \(seconds) s"
    case .interrupted(let signal): signal == 2 ? "interrupted" : "terminated"
    case .badPlan(let reason): reason
    case .otherProgram(let path, let reason): "\(path) does not do what this ctxchain asks its processes to: \(reason)"
    }
  }
}

/// How a child ended, with what it said last and what it was working on.
package struct ChildDeath: Equatable, Sendable, CustomStringConvertible {
  package let name: String
  package let service: String?
  /// Whose process set it belonged to; nil where there is one set only.
  package let arm: String?
  package let pid: Int32
  package let signal: Int32?
  package let exitCode: Int32?
  package let lastLogLines: [String]
  /// Requests that the node had taken in and not answered.
  package let requestsLost: UInt64

  package var description: String {
    var text = name + (arm.map { " of \($0)" } ?? "") + " (pid \(pid)) "
    if let signal {
      text += "was killed by signal \(signal) (\(signalName(signal)))"
    } else {
      text += "exited with status \(exitCode ?? 0)"
    }
    if requestsLost > 0 { text += ", \(requestsLost) requests were under way in it" }
    if let last = lastLogLines.last { text += "; its last words: \(last)" }
    return text
  }
}
