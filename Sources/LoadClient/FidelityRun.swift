// Sends requests that carry the echo flag, a few at a time, and holds each context that comes back against what the
// declared rules say. A trial of its own: nothing here is measured.

internal import Context
package import Control
package import EventLoop
package import Propagation
package import Statistics
package import Topology
package import TransportCore

package protocol FidelityRunDelegate: AnyObject {
  func run(_ run: FidelityRun, didFinish outcome: FidelityOutcome, losses: FidelityLosses)
}

package final class FidelityRun {
  private let loop: EventLoop
  private let connection: LoadConnection
  private let images: RequestImages
  private let topology: Topology
  private let propagators: [String: any Propagator]
  private let requestCount: Int
  private let inFlight: Int
  private let hopsLeft: Int
  private let timeoutNanoseconds: Int64
  private let delegate: any FidelityRunDelegate
  private var timer: Timer!
  private var outcome: FidelityOutcome
  private var lostKeys: Set<String> = []
  private var ledger = LossLedger()
  /// Of the first request: what the client sent, then what each node says it saw.
  private(set) var seen: [SeenContext] = []
  private var nextTag: UInt64
  private var sentCount = 0
  /// Under way, oldest first: few enough to be searched.
  private var pending: [(tag: UInt64, image: Int, deadline: Int64)] = []
  private var isOver = false
  /// Services by whether a view came; of those behind externals alone.
  private var isHeard: [String: Bool] = [:]

  /// - Parameter inFlight: requests under way at once, so that a slow graph does not take for ever.
  package init(
    token: Int, requestCount: Int, inFlight: Int = 1, hopsLeft: Int, timeoutNanoseconds: Int64, loop: EventLoop,
    connection: LoadConnection, images: RequestImages, topology: Topology, propagators: [String: any Propagator],
    delegate: any FidelityRunDelegate
  ) {
    self.loop = loop
    self.connection = connection
    self.images = images
    self.topology = topology
    self.propagators = propagators
    self.requestCount = requestCount
    self.inFlight = inFlight
    self.hopsLeft = hopsLeft
    self.timeoutNanoseconds = timeoutNanoseconds
    self.delegate = delegate
    outcome = FidelityOutcome(token: token)
    nextTag = UInt64(token) << 52
    timer = Timer(loop: loop) { [unowned self] in oldestDidTimeOut() }
  }

  package func start() { for _ in 0..<inFlight { sendNext() } }

  package func didReceive(_ reply: ReceivedReply) {
    guard let index = pending.firstIndex(where: { $0.tag == reply.tag }) else { return }
    let image = pending.remove(at: index).image
    let isAnswer = reply.status == StatusCode.ok.rawValue
    if isAnswer { reply.message.withViews { compare($0, image: image) } }
    let isDeclared = !isAnswer && declaredContext(image, isLossless: false).isRefused
    requestDidEnd(failed: !isAnswer && !isDeclared)
  }

  package func didLoseConnection() {
    outcome.failed += requestCount - outcome.requests
    outcome.requests = requestCount
    end()
  }

  private func sendNext() {
    guard sentCount < requestCount else { return }
    sentCount += 1
    nextTag &+= 1
    let image = connection.send(nextOf: images, tag: nextTag)
    pending.append((nextTag, image, loop.now &+ timeoutNanoseconds))
    if pending.count == 1 { timer.start(after: timeoutNanoseconds) }
  }

  private func oldestDidTimeOut() {
    guard let oldest = pending.first else { return }
    guard oldest.deadline <= loop.refreshNow() else { return timer.start(after: oldest.deadline - loop.now) }
    pending.removeFirst()
    requestDidEnd(failed: true)
    if !isOver, let next = pending.first { timer.start(after: next.deadline - loop.now) }
  }

  private func requestDidEnd(failed: Bool) {
    guard !isOver else { return }
    outcome.requests += 1
    if failed { outcome.failed += 1 }
    if outcome.requests < requestCount && outcome.firstDifferingEdge == nil { return sendNext() }
    end()
  }

  private func end() {
    isOver = true
    pending = []
    timer.close()
    outcome.lostKeys = lostKeys.sorted()
    let unheard = isHeard.filter { !$0.value }.keys.sorted()
    outcome.unheard = unheard.isEmpty ? nil : unheard
    delegate.run(self, didFinish: outcome, losses: ledger.losses)
  }

  // MARK: Comparing

  private func compare(_ records: UnsafeRawBufferPointer, image: Int) {
    let declared = declaredContext(image, isLossless: false)
    if declared.isRefused {
      outcome.firstDifferingEdge = "client → \(topology.services[topology.entry].name)"
      return (outcome.expected, outcome.found) = ("a refusal", "an answer")
    }
    let lossless = declaredContext(image, isLossless: true)
    lostKeys.formUnion(DeclaredContext.lostKeys(declared: declared, lossless: lossless))
    var expected = Dictionary(grouping: declared.views.indices) { declared.views[$0].path }
    let found = FidelityRun.views(in: records).sorted { $0.path.count < $1.path.count }
    outcome.views += found.count
    if outcome.requests == 0 {
      seen =
        [images.seen(at: image)]
        + found.map { SeenContext(path: $0.path, image: $0.image, $0.snapshot) }
    }
    var request = LossLedger.Request(declared: declared, lossless: lossless, sent: images.snapshots[image])
    for view in declared.views where view.isBehindExternal { isHeard[view.service] = isHeard[view.service] ?? false }
    for view in found {
      let match = expected[view.path]?.firstIndex { view.isAsDeclared(declared.views[$0]) }
      // One that differs still shows what is gone.
      if let place = match ?? expected[view.path]?.indices.first {
        let index = expected[view.path]!.remove(at: place)
        let service = declared.views[index].service
        if isHeard[service] != nil { isHeard[service] = true }
        ledger.add(view.snapshot, image: view.image, at: index, of: &request)
        if match == nil { report(view, declared.views[index]) }
      } else {
        report(view.path, edge: FidelityRun.edge(of: view.path), nil, view.snapshot)
      }
    }
    guard outcome.firstDifferingEdge == nil else { return }
    // The first of the shallowest, whatever order the dictionary has.
    let missing = expected.values.joined().filter { declared.views[$0].isCertain }
      .min { (declared.views[$0].path.count, $0) < (declared.views[$1].path.count, $1) }
    if let missing {
      let view = declared.views[missing]
      report(view.path, edge: view.edge, view.snapshot, nil)
    }
  }

  private func declaredContext(_ image: Int, isLossless: Bool) -> DeclaredContext {
    DeclaredContext(
      topology: topology, propagators: propagators, sent: images.snapshots[image],
      fields: images.sentFields(at: image),
      opaqueBytes: images.opaqueBytes(at: image), hopsLeft: hopsLeft, isLossless: isLossless)
  }

  /// What a node says it saw.
  private struct ArrivedView {
    let path: String
    let image: [UInt8]
    /// Nil when the image is malformed.
    let snapshot: ContextSnapshot?

    func isAsDeclared(_ view: DeclaredContext.View) -> Bool {
      if let bytes = view.bytes { image == bytes } else { snapshot == view.snapshot }
    }
  }

  private static func views(in records: UnsafeRawBufferPointer) -> [ArrivedView] {
    var views: [ArrivedView] = []
    ViewRecords.forEach(records) { path, image in
      let path = String(decoding: path, as: UTF8.self)
      views.append(ArrivedView(path: path, image: Array(image), snapshot: ContextSnapshot(packedImage: image)))
    }
    return views
  }

  private func report(_ view: ArrivedView, _ declared: DeclaredContext.View) {
    if let bytes = declared.bytes {
      report(declared.edge, bytes, view.image)
    } else {
      report(view.path, edge: declared.edge, declared.snapshot, view.snapshot)
    }
  }

  private func report(_ edge: String, _ expected: [UInt8], _ found: [UInt8]) {
    guard outcome.firstDifferingEdge == nil else { return }
    outcome.firstDifferingEdge = edge
    let place = zip(expected, found).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    let difference = place.map { ", other from byte \($0) on" } ?? ""
    outcome.expected = "\(expected.count) opaque bytes"
    outcome.found = "\(found.count) bytes\(difference)"
  }

  private func report(_ path: String, edge: String, _ expected: ContextSnapshot?, _ found: ContextSnapshot?) {
    guard outcome.firstDifferingEdge == nil else { return }
    outcome.firstDifferingEdge = edge
    switch (expected, found) {
    case (nil, _): (outcome.expected, outcome.found) = ("no visit of \(path)", "one")
    case (_, nil): (outcome.expected, outcome.found) = ("a context from \(path)", "none")
    case (let expected?, let found?): (outcome.expected, outcome.found) = expected.firstDifference(from: found)
    }
  }

  private static func edge(of path: String) -> String {
    let names = path.split(separator: ">")
    return names.count < 2 ? "client → \(path)" : "\(names[names.count - 2]) → \(names.last!)"
  }
}

extension ContextSnapshot {
  /// The first field in which two contexts differ, as text for a report.
  func firstDifference(from other: ContextSnapshot) -> (expected: String, found: String) {
    func pair<Value: Equatable>(_ name: String, _ mine: Value, _ theirs: Value) -> (String, String)? {
      mine == theirs ? nil : ("\(name) \(mine)", "\(name) \(theirs)")
    }
    func text(_ value: ContextValue?) -> String {
      switch value {
      case nil: "absent"
      case .integer(let value): "integer \(value)"
      case .text(let value): "text \"\(value)\""
      }
    }
    if traceIDHigh != other.traceIDHigh || traceIDLow != other.traceIDLow {
      return ("trace id \(traceID)", "trace id \(other.traceID)")
    }
    if let difference = pair("span id present:", hasSpan, other.hasSpan) { return difference }
    if let difference = pair("trace flags", flags, other.flags) { return difference }
    if traceState != other.traceState {
      return ("tracestate \(traceState ?? "absent")", "tracestate \(other.traceState ?? "absent")")
    }
    for name in Set(entries.keys).union(other.entries.keys).sorted() where entries[name] != other.entries[name] {
      return ("\(name) \(text(entries[name]))", "\(name) \(text(other.entries[name]))")
    }
    return ("the same", "the same")
  }

  private var traceID: String {
    func hex(_ word: UInt64) -> String {
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
    return traceIDHigh | traceIDLow == 0 ? "absent" : hex(traceIDHigh) + hex(traceIDLow)
  }
}
