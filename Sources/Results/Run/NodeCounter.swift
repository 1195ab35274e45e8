// What nodes count over a whole run of which results and reports speak: a line each says what it is called there. Where
// the count lies in a node's page of counters is said in CounterPage.swift.

package enum NodeCounter: String, CaseIterable, Sendable {
  /// Requests that ended because the caller cancelled or left.
  case cancelled
  /// Requests answered DEADLINE_EXCEEDED.
  case deadlineExceeded
  /// Requests given up behind an edge with `deadline: ignore`.
  case abandoned
  /// What was done for requests after they had been given up: slices of CPU work (at most 1 ms each), sleeps, calls.
  case lateSlices, lateSleeps, lateCalls
  /// The longest time from the first caller's giving up until the node had stopped; 0 where no cancel came.
  case stopNanosecondsMax
  /// Calls that were tried again.
  case retries
  /// Calls for which no connection to a callee was there.
  case unreachedCalls
  /// Optional calls that failed, after whatever tries they had.
  case toleratedFailures
  /// Spans that a service recorded, and those that found their ring full.
  case spans, droppedSpans

  /// The list of a result that has it, and the heading under which a text does.
  package enum Group: String, CaseIterable, Sendable {
    case givenUp = "given up"
    case calls
    case spans
  }

  package struct Facts: Sendable {
    let group: Group
    /// Of a file of numbers.
    package let column: String
    /// Of a table.
    package let title: String
    /// Behind a count in a sentence, for one and for several; a time has a word before it instead.
    fileprivate let words: Words
  }

  fileprivate enum Words {
    case count(String, plural: String)
    /// Not added up: the longest counts.
    case longest(String)
  }

  package var facts: Facts {
    switch self {
    case .cancelled: requests("cancelled", "cancelled")
    case .deadlineExceeded: requests("deadline_exceeded", "past the deadline")
    case .abandoned: requests("abandoned", "abandoned")
    case .lateSlices: late("late_slices", "slice of work", "slices of work")
    case .lateSleeps: late("late_sleeps", "sleep", "sleeps")
    case .lateCalls: late("late_calls", "call", "calls")
    case .stopNanosecondsMax:
      Facts(group: .givenUp, column: "stop_ns_max", title: "stopped within, ns", words: .longest("stopped within"))
    case .retries: calls("retries", "tried again")
    case .unreachedCalls: calls("unreached_calls", "without a connection")
    case .toleratedFailures:
      Facts(
        group: .calls, column: "tolerated_failures", title: "optional calls that failed",
        words: .count("optional call failed", plural: "optional calls failed"))
    case .spans: spans("spans", "span", "spans")
    case .droppedSpans:
      spans("dropped_spans", "span that found its ring full", "spans that found their ring full")
    }
  }

  private func requests(_ column: String, _ words: String) -> Facts {
    Facts(
      group: .givenUp, column: column, title: words, words: .count("request \(words)", plural: "requests \(words)"))
  }

  private func late(_ column: String, _ noun: String, _ plural: String) -> Facts {
    Facts(
      group: .givenUp, column: column, title: plural + " after that",
      words: .count(noun + " after that", plural: plural + " after that"))
  }

  private func calls(_ column: String, _ words: String) -> Facts {
    Facts(
      group: .calls, column: column, title: "calls \(words)",
      words: .count("call \(words)", plural: "calls \(words)"))
  }

  private func spans(_ column: String, _ one: String, _ plural: String) -> Facts {
    Facts(group: .spans, column: column, title: plural, words: .count(one, plural: plural))
  }

  // MARK: Use

  package static func all(of group: Group) -> [NodeCounter] { allCases.filter { $0.facts.group == group } }

  /// Nanoseconds, of which the longest counts; every other is a count.
  package var isLongest: Bool { if case .longest = facts.words { true } else { false } }

  func sum(_ left: UInt64, _ right: UInt64) -> UInt64 { isLongest ? max(left, right) : left &+ right }

  /// `2 requests cancelled`, `stopped within 1.20 ms`.
  func text(_ value: UInt64) -> String {
    switch facts.words {
    case .count(let one, let plural): "\(value) \(value == 1 ? one : plural)"
    case .longest(let words): "\(words) \(NumberText.short(Double(value) / 1e6)) ms"
    }
  }
}
