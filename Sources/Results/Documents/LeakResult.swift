// What `ctxchain lab leak` saw: contexts and timers of each service over time, in a chain that never lets its contexts go
// and in one that does. The schema is docs/schema/leak-result-1.schema.json. Plain values, and the verdict made of them.

package struct LeakResult: ResultForm, Codable, Equatable {
  package static let formatName = "ctxchain-leak"
  package static let currentVersion = 1

  /// Always `ctxchain-leak`.
  package var format = Self.formatName
  package var version = Self.currentVersion
  package var toolVersion: String
  package var commandLine: [String]
  /// ISO 8601, UTC.
  package var startedAt: String
  package var seed: UInt64
  package var strategy: String
  /// Requests per second, and for how long.
  package var rate: Double
  package var loadSeconds: Double
  /// Of every context that is kept.
  package var deadlineSeconds: Double
  /// Stopped by a signal, or by a process that died.
  package var interrupted = false
  /// The one that leaks, then the one that is done right.
  package var chains: [LeakChain] = []
  package var verdict: LabVerdict

  package init(
    toolVersion: String, commandLine: [String], startedAt: String, seed: UInt64, strategy: String, rate: Double,
    loadSeconds: Double, deadlineSeconds: Double
  ) {
    self.toolVersion = toolVersion
    self.commandLine = commandLine
    self.startedAt = startedAt
    self.seed = seed
    self.strategy = strategy
    self.rate = rate
    self.loadSeconds = loadSeconds
    self.deadlineSeconds = deadlineSeconds
    verdict = LabVerdict(isShown: false, text: "nothing was seen")
  }
}

package struct LeakChain: Codable, Equatable, Sendable {
  /// `leaking` or `released`.
  package var name: String
  /// Completed.
  package var requests: UInt64
  /// From the entry on.
  package var services: [LeakService]

  package init(name: String, requests: UInt64 = 0, services: [LeakService] = []) {
    self.name = name
    self.requests = requests
    self.services = services
  }

  package static let leaking = "leaking"
  package static let released = "released"
}

package struct LeakService: Codable, Equatable, Sendable {
  package var name: String
  /// In the order of time.
  package var samples: [LeakSample] = []
  /// Bytes of memory before the load and at the end; absent where the kernel does not say.
  package var residentBefore: UInt64?
  package var residentAfter: UInt64?

  package init(name: String) { self.name = name }
}

/// What a service has at one moment.
package struct LeakSample: Codable, Equatable, Sendable {
  /// Since the load began.
  package var seconds: Double
  /// Contexts with a deadline of their own, in the service's table.
  package var contexts: UInt64
  /// Of them, armed.
  package var timers: UInt64
  package var requests: UInt64

  package init(seconds: Double, contexts: UInt64, timers: UInt64, requests: UInt64) {
    self.seconds = seconds
    self.contexts = contexts
    self.timers = timers
    self.requests = requests
  }
}

package struct LabVerdict: Codable, Equatable, Sendable {
  /// The leak was there, and was not where contexts are released.
  package var isShown: Bool
  package var text: String

  package init(isShown: Bool, text: String) {
    self.isShown = isShown
    self.text = text
  }

  /// Of the two chains: every request leaves a context in each service of the leaking one, timers that no request needs
  /// outlive the load there, and the other one comes back to nothing.
  package init(_ chains: [LeakChain], loadSeconds: Double) {
    guard let leaking = chains.first(where: { $0.name == LeakChain.leaking }),
      let released = chains.first(where: { $0.name == LeakChain.released }),
      leaking.services.allSatisfy({ !$0.samples.isEmpty }), released.services.allSatisfy({ !$0.samples.isEmpty }),
      !leaking.services.isEmpty, !released.services.isEmpty, leaking.requests > 0, released.requests > 0
    else {
      self.init(isShown: false, text: "Not shown: too little was seen.")
      return
    }
    func last(_ chain: LeakChain, _ value: (LeakSample) -> UInt64) -> [UInt64] {
      chain.services.map { value($0.samples.last!) }
    }
    func peak(_ chain: LeakChain, _ value: (LeakSample) -> UInt64) -> UInt64 {
      chain.services.flatMap { $0.samples.map(value) }.max() ?? 0
    }
    let kept = last(leaking, \.contexts)
    let isLeaking = kept.allSatisfy { $0 >= leaking.requests }
    let left = last(released, \.contexts).reduce(0, +) + last(released, \.timers).reduce(0, +)
    let end = leaking.services[0].samples.last!.seconds
    let names = leaking.services.map(\.name).joined(separator: ", ")
    var texts = [
      "\(NumberText.short(end - loadSeconds)) s after the last request, \(names) still hold "
        + "\(kept.map { "\($0)" }.joined(separator: ", ")) contexts of \(leaking.requests) requests;"
    ]
    let lastTimer = leaking.services.flatMap(\.samples).filter { $0.timers > 0 }.map(\.seconds).max() ?? 0
    texts.append(
      "their timers came to \(peak(leaking, \.timers)) per service at most, where \(peak(released, \.timers)) were "
        + "needed, and the last was armed \(NumberText.short(max(0, lastTimer - loadSeconds))) s after the load.")
    texts.append(
      left == 0
        ? "Done right, contexts and timers are back at zero."
        : "Done right, \(left) contexts and timers are left all the same.")
    self.init(
      isShown: isLeaking && left == 0,
      text: (isLeaking && left == 0 ? "Shown: " : "Not shown: ") + texts.joined(separator: " "))
  }
}
