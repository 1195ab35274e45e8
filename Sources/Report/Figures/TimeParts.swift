// What a request's time is made of, from one stage pass. It computes; it never formats.
//
// A call takes what its callee takes and what the edge takes. Both sides clock their own part, so no two processes need
// the same clock:
//
//     response = client + wait of the client's call
//     wait     = edge + residence of the callee
//     residence = read … loop, and the wait of the node's own calls − their overlap
//
// Put into one another, the residences cancel, and the parts add up to the response.

package import Results

package enum TimePart: Hashable, Sendable {
  case stage(Stage)
  /// CPU time of the system call that writes.
  case write
  /// What edges take beside the CPU time of their writes: the kernel's delivery, the wake-up, the wait for a CPU.
  case wait
  /// The client, from its clock to its write and from its read to its clock.
  case client
  /// Time that is in two parts at once, because calls of one step overlap: negative.
  case overlap

  /// What a node does itself.
  static let ofNodes = Stage.allCases.map(TimePart.stage) + [.write]

  /// In files.
  package var name: String {
    if case .stage(let stage) = self { stage.name } else { "\(self)" }
  }

  package var title: String {
    switch self {
    case .wait: "scheduling and wait"
    case .overlap: "overlapping calls"
    default: name
    }
  }

  /// Nil for what no picture shows.
  var group: TimeGroup? {
    switch self {
    case .stage(let stage): stage.group
    case .write: .kernel
    case .wait: .wait
    case .client: .client
    case .overlap: nil
    }
  }
}

extension TimePart: CaseIterable {
  package static let allCases = ofNodes + [.wait, .client, .overlap]
}

package struct TimeParts: Equatable, Sendable {
  /// Nanoseconds, in the order of `TimePart`.
  package var parts = [Double](repeating: 0, count: TimePart.allCases.count)
  /// Nanoseconds; what the parts should add up to.
  package var whole = 0.0

  package subscript(_ part: TimePart) -> Double {
    get { parts[Self.index(part)] }
    set { parts[Self.index(part)] = newValue }
  }

  private static func index(_ part: TimePart) -> Int { TimePart.allCases.firstIndex(of: part)! }

  /// What no part accounts for.
  package var unexplained: Double { whole - parts.reduce(0, +) }

  init() {}

  /// Of one request on all nodes.
  package init(_ pass: StagePass) {
    whole = pass.response
    for part in TimePart.ofNodes { self[part] = pass.nodes.reduce(0) { $0 + $1.nanoseconds(part) } }
    self[.write] += pass.client.write
    self[.client] = pass.response - pass.client.wait
    self[.overlap] = -pass.nodes.reduce(0) { $0 + $1.overlap }
    let waits = pass.nodes.reduce(pass.client.wait) { $0 + $1.wait }
    let residences = pass.nodes.reduce(0) { $0 + $1.residence }
    self[.wait] = waits - residences - self[.write]
  }

  package func map(_ body: (Double) -> Double) -> TimeParts {
    var result = self
    result.parts = parts.map(body)
    result.whole = body(whole)
    return result
  }

  static func - (left: TimeParts, right: TimeParts) -> TimeParts {
    var result = left
    result.parts = zip(left.parts, right.parts).map { $0 - $1 }
    result.whole -= right.whole
    return result
  }

  /// The mean of the middle third by their wholes. Medians part by part would not add up to a whole.
  static func middle(_ list: [TimeParts]) -> TimeParts {
    let kept = middleThird(list, by: \.whole)
    var result = TimeParts()
    for time in kept {
      result.parts = zip(result.parts, time.parts).map { $0 + $1 }
      result.whole += time.whole
    }
    return result.map { $0 / Double(max(1, kept.count)) }
  }
}

/// Without a third at either end. Of fewer than three all.
func middleThird<Element>(_ list: [Element], by value: (Element) -> Double) -> [Element] {
  let dropped = list.count / 3
  return Array(list.sorted { value($0) < value($1) }.dropFirst(dropped).dropLast(dropped))
}

extension NodeStages {
  /// Of a part of nodes; 0 for others.
  func nanoseconds(_ part: TimePart) -> Double {
    switch part {
    case .stage(let stage): self[stage]
    case .write: write
    case .wait, .client, .overlap: 0
    }
  }
}
