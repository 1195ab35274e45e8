// Sends requests that carry the echo flag, a few at a time, and holds each context that comes back against what the
// declared rules say. A slot of its own: nothing here is measured.

internal import Context
package import Control
package import EventLoop
package import Propagation
package import Topology
package import Wire

package protocol FidelityRunDelegate: AnyObject {
  func run(_ run: FidelityRun, didFinish outcome: FidelityOutcome)
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
  private var nextID: UInt64
  private var sentCount = 0
  /// Under way, oldest first: few enough to be searched.
  private var pending: [(id: UInt64, image: Int, deadline: Int64)] = []
  private var isOver = false

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
    nextID = UInt64(token) << 52
    timer = Timer(loop: loop) { [unowned self] in oldestDidTimeOut() }
  }

  package func start() { for _ in 0..<inFlight { sendNext() } }

  package func didReceive(_ reply: Frame) {
    guard let index = pending.firstIndex(where: { $0.id == reply.id }) else { return }
    let image = pending.remove(at: index).image
    if reply.type == .response { compare(reply.context, image: image) }
    let isDeclared = reply.type == .error && declaredContext(image, isLossless: false).isRefused
    requestDidEnd(failed: reply.type != .response && !isDeclared)
  }

  package func didLoseConnection() {
    outcome.failed += requestCount - outcome.requests
    outcome.requests = requestCount
    end()
  }

  private func sendNext() {
    guard sentCount < requestCount else { return }
    sentCount += 1
    nextID &+= 1
    let image = images.append(to: connection.connection.output, id: nextID)
    connection.connection.send()
    pending.append((nextID, image, loop.now &+ timeoutNanoseconds))
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
    delegate.run(self, didFinish: outcome)
  }

  // MARK: Comparing

  private func compare(_ records: UnsafeRawBufferPointer, image: Int) {
    let declared = declaredContext(image, isLossless: false)
    if declared.isRefused {
      nameEdge(topology.services[topology.entry].name)
      return (outcome.expected, outcome.found) = ("a refusal", "an answer")
    }
    lostKeys.formUnion(
      DeclaredContext.lostKeys(declared: declared, lossless: declaredContext(image, isLossless: true)))
    var expected = Dictionary(grouping: declared.views, by: \.path)
    let found = FidelityRun.views(in: records).sorted { $0.path.count < $1.path.count }
    outcome.views += found.count
    for view in found {
      guard let match = expected[view.path]?.firstIndex(where: view.isAsDeclared) else {
        let declared = expected[view.path]?.first
        if let bytes = declared?.bytes { return report(view.path, bytes, view.image) }
        return report(view.path, declared?.snapshot, view.snapshot)
      }
      expected[view.path]!.remove(at: match)
    }
    let missing = expected.values.joined().filter(\.isCertain).min { $0.path.count < $1.path.count }
    if let missing { report(missing.path, missing.snapshot, nil) }
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

  private func report(_ path: String, _ expected: [UInt8], _ found: [UInt8]) {
    nameEdge(path)
    let place = zip(expected, found).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    let difference = place.map { ", other from byte \($0) on" } ?? ""
    outcome.expected = "\(expected.count) opaque bytes"
    outcome.found = "\(found.count) bytes\(difference)"
  }

  private func report(_ path: String, _ expected: ContextSnapshot?, _ found: ContextSnapshot?) {
    nameEdge(path)
    switch (expected, found) {
    case (nil, _): (outcome.expected, outcome.found) = ("no visit of \(path)", "one")
    case (_, nil): (outcome.expected, outcome.found) = ("a context from \(path)", "none")
    case (let expected?, let found?): (outcome.expected, outcome.found) = expected.firstDifference(from: found)
    }
  }

  private func nameEdge(_ path: String) {
    let names = path.split(separator: ">")
    outcome.firstDifferingEdge = names.count < 2 ? "client → \(path)" : "\(names[names.count - 2]) → \(names.last!)"
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
