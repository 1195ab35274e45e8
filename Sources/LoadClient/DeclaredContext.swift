// What every node on every path should see, from the topology and the declared rules of its stores and propagators alone.
// Pure: the contexts that really came back are held against it by FidelityRun.

package import Context
internal import Gateway
package import Propagation
package import Topology

/// Bytes that nobody has read: a packed image, known by what it holds, or others, known as they are.
private enum UnreadBytes {
  case image(ContextSnapshot)
  case other([UInt8])
}

/// A context as the rules say it travels: what can be read, and what bytes hold that nobody reads. A packed image is
/// both, until a store has read it.
private struct Travelling {
  var readable = ContextSnapshot()
  var unread: UnreadBytes?
}

/// Follows one request through a topology.
package struct DeclaredContext {
  /// Views followed for one request; a larger graph is checked as far as this.
  package static let viewCountMax = 10_000

  /// One node's view.
  package struct View {
    /// `a>b>c`.
    package let path: String
    package let snapshot: ContextSnapshot
    /// When not nil, these bytes and no context.
    package let bytes: [UInt8]?
    /// Whether the request surely passes here: no call on the path is left to chance, and no service fails by rate.
    package let isCertain: Bool
    package var isLeaf: Bool
    /// Position of the caller's view; nil for the client.
    package let caller: Int?
    /// Of the edge by which the context came, as the next.
    package let propagator: String
    package let transport: String
    /// What the caller does to a context before it sends it here.
    package let departure: Departure
    /// Externals between the caller and here, in order; they send no view.
    package let externals: [String]
    /// Somewhere on the path there is one: what comes back is what it hands on.
    package let isBehindExternal: Bool

    package var service: String { path.split(separator: ">").last.map(String.init) ?? path }

    /// The caller, and the externals behind it: whose doing it is nobody can tell.
    package var callers: String {
      ([path.split(separator: ">").dropLast().last.map(String.init) ?? "client"] + externals).joined(separator: " → ")
    }

    /// `caller → callee`, with the externals that lie between.
    package var edge: String { "\(callers) → \(service)" }
  }

  /// The work of a service up to a call.
  package struct Departure {
    fileprivate var work: StandardWork?
    fileprivate var assignments: [Assignment] = []

    package func applied(to seen: ContextSnapshot) -> ContextSnapshot {
      var leaving = work?.applied(to: seen) ?? seen
      for assignment in assignments { leaving.set(assignment) }
      return leaving
    }
  }

  /// An edge as a context passes it.
  private struct Passage {
    var caller: Int?
    var path = ""
    var propagator: String
    var transport: String
    var departure = Departure()
    var hopsLeft: Int
    var isCertain = true
    var externals: [String] = []
    var isBehindExternal = false
  }

  private let topology: Topology
  private let propagators: [String: any Propagator]
  /// Every edge delivers everything: what a lossless strategy would show.
  private let isLossless: Bool
  package private(set) var views: [View] = []
  /// The entry is a gateway that refuses the request: there are no views.
  package private(set) var isRefused = false

  /// - Parameters:
  ///   - sent: what the client put into the request.
  ///   - fields: the header fields that carry it, which is what a gateway reads.
  ///   - opaqueBytes: what the client's `opaque` carries in its place; nil for the packed image of `sent`.
  package init(
    topology: Topology, propagators: [String: any Propagator], sent: ContextSnapshot,
    fields: [(name: String, value: [UInt8])] = [], opaqueBytes: [UInt8]? = nil, hopsLeft: Int, isLossless: Bool
  ) {
    self.topology = topology
    self.propagators = propagators
    self.isLossless = isLossless
    let leaving = Travelling(readable: sent, unread: opaqueBytes.map(UnreadBytes.other) ?? .image(sent))
    var arriving = deliver(leaving, by: topology.client.propagator)
    if let gateway = topology.services[topology.entry].gateway {
      switch gateway.declared(fields) {
      case .failure:
        isRefused = true
        return
      case .success(let cleaned): if !isLossless { arriving = Travelling(readable: cleaned) }
      }
    }
    visit(
      topology.entry, arriving,
      Passage(
        propagator: topology.client.propagator, transport: topology.client.transportName, hopsLeft: hopsLeft))
  }

  private func deliver(_ context: Travelling, by name: String) -> Travelling {
    if isLossless { return context }
    if name == "opaque" { return Travelling(unread: context.unread) }
    let delivered = propagators[name]?.delivered(context.readable) ?? ContextSnapshot()
    return Travelling(readable: delivered, unread: name == "packed" ? .image(delivered) : nil)
  }

  private mutating func visit(_ index: Int, _ arriving: Travelling, _ passage: Passage) {
    guard views.count < DeclaredContext.viewCountMax else { return }
    let service = topology.services[index]
    if service.external != nil { return passThrough(service, arriving, passage) }
    let path = passage.path.isEmpty ? service.name : "\(passage.path)>\(service.name)"
    let holdsEntries = isLossless || service.store != StoreKind.none.rawValue
    var context = arriving
    if holdsEntries {
      // What could be read has been; a propagator that writes unread bytes has none.
      if context.readable != ContextSnapshot() { context.unread = nil }
    } else {
      // Without a store, what can be read is lost here; the unread bytes go on and are what comes back.
      context.readable = ContextSnapshot()
      if case .image(let snapshot) = arriving.unread { context.readable = snapshot }
    }
    var bytes: [UInt8]?
    if !holdsEntries, case .other(let unread) = arriving.unread { bytes = unread }
    let position = views.count
    views.append(
      View(
        path: path, snapshot: context.readable, bytes: bytes, isCertain: passage.isCertain, isLeaf: true,
        caller: passage.caller, propagator: passage.propagator, transport: passage.transport,
        departure: passage.departure, externals: passage.externals, isBehindExternal: passage.isBehindExternal))
    guard passage.hopsLeft > 1 else { return }
    var departure = Departure()
    if holdsEntries, service.contextWork, service.store != StoreKind.none.rawValue {
      let growth = ContextGrowth(rawValue: service.growth) ?? .shadow
      departure.work = StandardWork(layer: index + 1, growth: growth, keysPerLayer: service.keysPerLayer)
    }
    for step in service.script {
      if case .set(let assignments) = step, holdsEntries { departure.assignments += assignments }
      for call in step.calls {
        var leaving = context
        leaving.readable = departure.applied(to: context.readable)
        visit(
          call.service, deliver(leaving, by: call.propagator),
          Passage(
            caller: position, path: path, propagator: call.propagator, transport: call.transport,
            departure: departure, hopsLeft: passage.hopsLeft - 1,
            isCertain: passage.isCertain && service.errorRate == 0 && call.probability >= 1
              && call.isOptional != true, isBehindExternal: passage.isBehindExternal))
      }
    }
    views[position].isLeaf = views.count == position + 1
  }

  /// An external hands on what it got, and says nothing of it.
  private mutating func passThrough(_ service: Service, _ arriving: Travelling, _ passage: Passage) {
    // Externals may call each other round and round; nobody of ours hears of that.
    guard passage.externals.count < topology.services.count else { return }
    for call in service.script.flatMap(\.calls) {
      var next = passage
      next.propagator = call.propagator
      next.transport = call.transport
      next.isCertain = false
      next.externals.append(service.name)
      next.isBehindExternal = true
      visit(call.service, deliver(arriving, by: call.propagator), next)
    }
  }

  /// The keys that some leaf does not see, or sees changed, though a lossless strategy would deliver them. Bytes that
  /// arrive as they were sent have lost nothing.
  package static func lostKeys(declared: DeclaredContext, lossless: DeclaredContext) -> Set<String> {
    var lost: Set<String> = []
    for (seen, whole) in zip(declared.views, lossless.views) where seen.isLeaf && seen.bytes == nil {
      lost.formUnion(whole.snapshot.entries.filter { seen.snapshot.entries[$0.key] != $0.value }.keys)
      if seen.snapshot.traceIDHigh != whole.snapshot.traceIDHigh
        || seen.snapshot.traceIDLow != whole.snapshot.traceIDLow
      {
        lost.insert("trace-id")
      }
      if seen.snapshot.hasSpan != whole.snapshot.hasSpan { lost.insert("span-id") }
      if seen.snapshot.flags != whole.snapshot.flags { lost.insert("trace-flags") }
      if seen.snapshot.traceState != whole.snapshot.traceState { lost.insert("tracestate") }
    }
    return lost
  }
}

extension ContextSnapshot {
  fileprivate mutating func set(_ assignment: Assignment) {
    switch assignment.value {
    case .integer(let value): entries[assignment.key] = .integer(value)
    case .text(let value): entries[assignment.key] = .text(value)
    }
  }
}
