// From what was read in the processes of one strategy to the cells of its row. Pure: whoever ran the processes fills in
// the readings, and a reading that is nil was not taken.

package import Statistics

package struct SemanticsReadings: Sendable {
  /// A context at one place: what held it, and what can be read in it.
  package struct Context: Sendable {
    package var place: String
    package var bytes: [String]
    package var entries: [String]

    package init(place: String, bytes: [String], entries: [String]) {
      self.place = place
      self.bytes = bytes
      self.entries = entries
    }
  }

  /// Requests with a deadline, as each service saw them.
  package struct Deadlines: Sendable {
    /// Microseconds: what the client gave a request, then what each service had left of it.
    package var sent: UInt64
    package var left: [UInt64]
    /// Requests whose deadline passed before the last call, those of them that the client saw fail, and those that
    /// reached the last service all the same.
    package var expired: UInt64
    package var failed: UInt64
    package var sentOn: UInt64

    package init(sent: UInt64, left: [UInt64], expired: UInt64, failed: UInt64, sentOn: UInt64) {
      self.sent = sent
      self.left = left
      self.expired = expired
      self.failed = failed
      self.sentOn = sentOn
    }
  }

  /// Requests that the client gave up while the last service worked on them.
  package struct Cancels: Sendable {
    package var givenUp: UInt64
    /// By service.
    package var cancelled: [UInt64]

    package init(givenUp: UInt64, cancelled: [UInt64]) {
      self.givenUp = givenUp
      self.cancelled = cancelled
    }
  }

  /// What a service still had when nothing was under way any more.
  package struct Leftovers: Sendable {
    package var requests: Int
    package var calls: Int
    package var contexts: Int
    package var timers: Int

    package init(requests: Int, calls: Int, contexts: Int, timers: Int) {
      self.requests = requests
      self.calls = calls
      self.contexts = contexts
      self.timers = timers
    }

    var texts: [String] {
      [(requests, "request"), (calls, "call"), (contexts, "context"), (timers, "timer")].filter { $0.0 != 0 }.map {
        NumberText.plural($0.0, $0.1)
      }
    }
  }

  /// Threads that wrote to the store at once, in a process of their own.
  package struct Race: Sendable {
    package var writers: Int
    package var writesPerWriter: Int
    package var run: RaceRun

    package init(writers: Int, writesPerWriter: Int, run: RaceRun) {
      self.writers = writers
      self.writesPerWriter = writesPerWriter
      self.run = run
    }
  }

  /// Only of a store that the workers of a node share.
  package var race: Race?
  /// From the entry on.
  package var services: [String]
  package var losses: FidelityLosses?
  /// Names of the integers that the client sends.
  package var integerKeys: [String]
  package var sentTraceState = true
  /// Of one request: the client's, then the services'.
  package var contexts: [Context] = []
  package var deadlines: Deadlines?
  package var cancels: Cancels?
  /// By service.
  package var leftovers: [Leftovers]?
  /// Bytes of the context per delivery, by service.
  package var contextBytes: [Double]?

  package init(services: [String], integerKeys: [String]) {
    self.services = services
    self.integerKeys = integerKeys
  }

  package func row(
    name: String, store: String?, propagator: String, transport: String? = nil
  ) -> StrategySemantics {
    StrategySemantics(
      name: name, store: store, propagator: propagator, transport: transport,
      cells: [keys, types, traceState, deadline, cancel, writers, leftover, bytes])
  }

  // MARK: What arrives

  /// At the deepest service, against what would if nothing were ever lost.
  private var deepest: ContextLoss? { losses?.byDepth.last?.loss }

  private var keys: SemanticsCell {
    guard let loss = deepest, loss.contexts > 0 else { return notProbed(.keys) }
    if loss.keys == 0 {
      return SemanticsCell(aspect: .keys, verdict: loss.isLossless ? .yes : .no, text: "unread bytes", evidence: seen())
    }
    let all = losses?.byEdge ?? []
    let edges = all.filter { !$0.loss.isLossless }.map { edge in
      SemanticsEvidence(place: edge.name(among: all), text: edge.loss.words)
    }
    return SemanticsCell(
      aspect: .keys, verdict: verdict(kept: loss.keysKept, of: loss.keys), text: loss.keysInWords,
      evidence: edges + seen())
  }

  private var types: SemanticsCell {
    guard let loss = deepest, loss.contexts > 0, !integerKeys.isEmpty else { return notProbed(.types) }
    let changed = Set(loss.changedTypes.map(\.key))
    let lost = Set(loss.lostKeys)
    let kept = integerKeys.filter { !changed.contains($0) && !lost.contains($0) }
    let evidence =
      integerKeys.map { key in
        SemanticsEvidence(
          place: "integer \(key)",
          text: changed.contains(key) ? "arrives as text" : lost.contains(key) ? "does not arrive" : "is an integer")
      } + seen { text in integerKeys.contains { text.hasPrefix($0 + " ") } }
    return SemanticsCell(
      aspect: .types, verdict: verdict(kept: kept.count, of: integerKeys.count),
      text: "\(kept.count) of \(integerKeys.count)", evidence: evidence)
  }

  private var traceState: SemanticsCell {
    guard let loss = deepest, loss.contexts > 0, sentTraceState else { return notProbed(.tracestate) }
    let isLost = loss.lostKeys.contains("tracestate")
    let isChanged = loss.changedKeys.contains("tracestate") || (loss.keys == 0 && !loss.isLossless)
    return SemanticsCell(
      aspect: .tracestate, verdict: isLost || isChanged ? .no : .yes,
      text: isLost ? "lost" : isChanged ? "changed" : "kept",
      evidence: seen { $0.hasPrefix("tracestate ") })
  }

  /// Lines of every place: what holds the context, then what of it can be read and `matters`.
  private func seen(_ matters: (String) -> Bool = { _ in true }) -> [SemanticsEvidence] {
    contexts.flatMap { context in
      let entries = context.entries.filter(matters)
      return context.bytes.map { SemanticsEvidence(place: context.place, text: $0) }
        + (entries.isEmpty ? ["nothing of it"] : entries).map {
          SemanticsEvidence(place: context.place, text: "reads: " + $0)
        }
    }
  }

  // MARK: Time

  private var deadline: SemanticsCell {
    guard let deadlines else { return notProbed(.deadline) }
    let left = deadlines.left
    // The client sends what it gives; each service behind it has less.
    let shrinks =
      left.allSatisfy { $0 > 0 && $0 <= deadlines.sent } && zip(left, left.dropFirst()).allSatisfy { $0 > $1 }
    let isObeyed = deadlines.sentOn == 0 && deadlines.failed == deadlines.expired
    var evidence = [SemanticsEvidence(place: "client", text: "gives a request \(deadlines.sent) µs")]
    evidence += zip(services, deadlines.left).map {
      SemanticsEvidence(place: $0, text: $1 == 0 ? "sees no deadline" : "has \($1) µs left of it")
    }
    evidence += [
      SemanticsEvidence(
        place: "client",
        text: "sends \(deadlines.expired) requests that expire in the last service but one; \(deadlines.failed) are "
          + "answered with an error"),
      SemanticsEvidence(place: services.last ?? "", text: "gets \(deadlines.sentOn) of them"),
    ]
    let text =
      switch (shrinks, isObeyed) {
      case (true, true): "shrinks, obeyed"
      case (true, false): "shrinks, not obeyed"
      case (false, true): "obeyed, does not shrink"
      case (false, false): "neither"
      }
    return SemanticsCell(
      aspect: .deadline, verdict: shrinks && isObeyed ? .yes : shrinks || isObeyed ? .partly : .no, text: text,
      evidence: evidence)
  }

  private var cancel: SemanticsCell {
    guard let cancels, let last = cancels.cancelled.last else { return notProbed(.cancel) }
    let evidence =
      [SemanticsEvidence(place: "client", text: "gives up \(cancels.givenUp) requests long before their deadline")]
      + zip(services, cancels.cancelled).map { SemanticsEvidence(place: $0, text: "gives up \($1)") }
    return SemanticsCell(
      aspect: .cancel, verdict: verdict(kept: Int(min(last, cancels.givenUp)), of: Int(cancels.givenUp)),
      text: "\(last) of \(cancels.givenUp)", evidence: evidence)
  }

  // MARK: The rest

  /// Where no store is shared, each request has a context of its own, and one thread to work with it.
  private var writers: SemanticsCell {
    if let race {
      let isSafe = race.run.outcome == .accounted
      let all = race.writers * race.writesPerWriter
      let found = race.run.found.map { "\($0) of \(all) writes are there" } ?? "it did not come to its end"
      return SemanticsCell(
        aspect: .writers, verdict: isSafe ? .yes : .no, text: isSafe ? "safe" : race.run.outcome.rawValue,
        evidence: [
          SemanticsEvidence(
            place: "a process of its own",
            text: "\(race.writers) threads write \(race.writesPerWriter) times each: \(found)"
              + (race.run.evidence.map { "; \($0)" } ?? ""))
        ])
    }
    return SemanticsCell(
      aspect: .writers, verdict: .notApplicable, text: "one writer",
      evidence: [
        SemanticsEvidence(place: "every service", text: "a request's context is read and written by one thread alone")
      ])
  }

  private var leftover: SemanticsCell {
    guard let leftovers else { return notProbed(.leftovers) }
    let evidence = zip(services, leftovers).map { name, left in
      SemanticsEvidence(place: name, text: left.texts.isEmpty ? "nothing" : left.texts.joined(separator: ", "))
    }
    let all = leftovers.reduce(Leftovers(requests: 0, calls: 0, contexts: 0, timers: 0)) { sum, left in
      Leftovers(
        requests: sum.requests + left.requests, calls: sum.calls + left.calls, contexts: sum.contexts + left.contexts,
        timers: sum.timers + left.timers)
    }
    let texts = all.texts
    return SemanticsCell(
      aspect: .leftovers, verdict: texts.isEmpty ? .yes : .no,
      text: texts.isEmpty ? "none" : texts.joined(separator: ", "),
      evidence: evidence)
  }

  private var bytes: SemanticsCell {
    guard let contextBytes, !contextBytes.isEmpty else { return notProbed(.bytes) }
    let mean = contextBytes.reduce(0, +) / Double(contextBytes.count)
    return SemanticsCell(
      aspect: .bytes, verdict: .figure, text: NumberText.count(mean),
      evidence: zip(services, contextBytes).map {
        SemanticsEvidence(place: $0, text: "\(NumberText.count($1)) B of context per request")
      })
  }

  private func verdict(kept: Int, of all: Int) -> SemanticsCell.Verdict {
    kept == all ? .yes : kept == 0 ? .no : .partly
  }

  private func notProbed(_ aspect: SemanticsAspect) -> SemanticsCell {
    SemanticsCell(aspect: aspect, verdict: .notProbed, text: "not probed")
  }
}
