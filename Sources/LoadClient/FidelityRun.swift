// Sends requests that carry the echo flag, one at a time, and holds each context that comes back against what the
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
  private let hopsLeft: Int
  private let timeoutNanoseconds: Int64
  private let delegate: any FidelityRunDelegate
  private var timer: Timer!
  private var outcome: FidelityOutcome
  private var lostKeys: Set<String> = []
  private var currentID: UInt64
  private var currentImage = 0

  package init(
    token: Int, requestCount: Int, hopsLeft: Int, timeoutNanoseconds: Int64, loop: EventLoop,
    connection: LoadConnection, images: RequestImages, topology: Topology, propagators: [String: any Propagator],
    delegate: any FidelityRunDelegate
  ) {
    self.loop = loop
    self.connection = connection
    self.images = images
    self.topology = topology
    self.propagators = propagators
    self.requestCount = requestCount
    self.hopsLeft = hopsLeft
    self.timeoutNanoseconds = timeoutNanoseconds
    self.delegate = delegate
    outcome = FidelityOutcome(token: token)
    currentID = UInt64(token) << 52
    timer = Timer(loop: loop) { [unowned self] in requestDidEnd(failed: true) }
  }

  package func start() { sendNext() }

  package func didReceive(_ reply: Frame) {
    guard reply.id == currentID else { return }
    if reply.type == .response { compare(reply.context) }
    requestDidEnd(failed: reply.type != .response)
  }

  package func didLoseConnection() {
    outcome.failed += requestCount - outcome.requests
    outcome.requests = requestCount
    end()
  }

  private func sendNext() {
    currentID &+= 1
    currentImage = images.append(to: connection.connection.output, id: currentID)
    connection.connection.send()
    timer.start(after: timeoutNanoseconds)
  }

  private func requestDidEnd(failed: Bool) {
    outcome.requests += 1
    if failed { outcome.failed += 1 }
    if outcome.requests < requestCount && outcome.firstDifferingEdge == nil { return sendNext() }
    end()
  }

  private func end() {
    timer.close()
    outcome.lostKeys = lostKeys.sorted()
    delegate.run(self, didFinish: outcome)
  }

  // MARK: Comparing

  private func compare(_ records: UnsafeRawBufferPointer) {
    let sent = images.snapshots[currentImage]
    let declared = declaredContext(sent, isLossless: false)
    lostKeys.formUnion(
      DeclaredContext.lostKeys(declared: declared, lossless: declaredContext(sent, isLossless: true)))
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

  private func declaredContext(_ sent: ContextSnapshot, isLossless: Bool) -> DeclaredContext {
    DeclaredContext(
      topology: topology, propagators: propagators, sent: sent, opaqueBytes: images.opaqueBytes(at: currentImage),
      hopsLeft: hopsLeft, isLossless: isLossless)
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
