// A child's death, or the loss of a node that is none, as a result tells it.

internal import Results

extension NodeFailure {
  init(_ death: ChildDeath) {
    self.init(
      node: death.name, service: death.service, arm: death.arm, reason: death.description,
      signal: death.signal.map(Int.init), exitCode: death.exitCode.map(Int.init), lastLogLines: death.lastLogLines,
      requestsLost: death.requestsLost)
  }

  init(_ loss: NodeLoss) {
    self.init(node: loss.name, service: loss.service, reason: loss.description, requestsLost: loss.requestsLost)
  }
}
