// What a node runs: script, work, gateway, contexts and tables, made whole from a service. A node takes on another strategy
// by putting another in its place; what cannot be made leaves the one that is there.

internal import Context
internal import Control
internal import EventLoop
internal import Gateway
internal import Topology
internal import Spans

/// What requests read stands here without a reference count; who owns it stands beside it.
struct ServiceRuntime {
  let service: Service
  let script: ServiceScript
  let work: Unmanaged<StandardWork>?
  /// Set when the service is a gateway: then nothing is forwarded.
  let gateway: Unmanaged<Gateway>?
  /// See `NodeServer.forward`: the call, and the context of whatever request is being passed on. It is never needed
  /// afterwards.
  let forwardedCall: UnsafeMutablePointer<ScriptCall>?
  let forwardedContext: Unmanaged<RequestContext>
  /// Of a service that records spans, and the call that it forwards by in place of `forwardedCall`.
  let recorder: Unmanaged<SpanRecorder>?
  let recordedCall: UnsafeMutablePointer<ScriptCall>?
  var requests: RequestTable
  var calls: CallTable
  /// Of a service that keeps contexts.
  let kept: KeptContexts?
  let responseSize: Int
  /// The context leaves a shared table with its request; other stores keep theirs for the next one.
  let sharesContexts: Bool

  private let owned: (StandardWork?, Gateway?, SpanRecorder?)

  /// - Parameters:
  ///   - layer: of the service, from 1.
  ///   - contexts: of all workers of the node; nil for contexts of its own.
  ///   - worker: from 0.
  ///   - spans: takes what the service records; nil where nobody reads it.
  ///   - spanSeed: of the ids of spans.
  init(
    _ service: Service, layer: Int, contexts: NodeContexts?, worker: Int, limits: NodeServer.Limits, loop: EventLoop,
    counters: UnsafeMutablePointer<CounterPage>, spans: SpanRing?, spanSeed: UInt64
  ) throws(NodeError) {
    let contexts = if let contexts { contexts } else { try NodeContexts(service) }
    let source = contexts.source(worker: worker)
    let ownedWork = try ServiceRuntime.standardWork(service, layer: layer)
    let ownedGateway = service.gateway.map(Gateway.init)
    self.service = service
    let ownedRecorder = ServiceRuntime.recorder(service, spans, limits, seed: spanSeed)
    owned = (ownedWork, ownedGateway, ownedRecorder)
    work = ownedWork.map(Unmanaged.passUnretained)
    gateway = ownedGateway.map(Unmanaged.passUnretained)
    sharesContexts = source.kind.isShared
    script = ServiceScript(service, forgetsContext: sharesContexts)
    recorder = ownedRecorder.map(Unmanaged.passUnretained)
    let call = service.gateway == nil ? script.forwardedCall : nil
    (forwardedCall, recordedCall) = ownedRecorder == nil ? (call, nil) : (nil, call)
    forwardedContext = Unmanaged.passRetained(source.makeContext())
    requests = RequestTable(capacity: limits.requestCount, contexts: source)
    // A request that is forwarded takes a call and nothing else: then the calls are bounded as requests are.
    calls = CallTable(capacity: script.forwardedCall == nil ? CallTable.callCountMax : limits.requestCount)
    kept = KeptContexts(
      service, countMax: limits.keptCount, loop: loop, counters: counters, makeContext: source.makeContext)
    responseSize = service.responseSize
  }

  /// Frees everything; no request may be under way.
  func deallocate() {
    kept?.close()
    requests.deallocate()
    calls.deallocate()
    script.deallocate()
    forwardedContext.release()
  }

  private static func recorder(
    _ service: Service, _ spans: SpanRing?, _ limits: NodeServer.Limits, seed: UInt64
  ) -> SpanRecorder? {
    guard let spans, let ratio = service.tracing, ratio != .off else { return nil }
    return SpanRecorder(ring: spans, ratio: ratio, capacity: 2 * limits.requestCount, seed: seed)
  }

  private static func standardWork(_ service: Service, layer: Int) throws(NodeError) -> StandardWork? {
    guard let growth = ContextGrowth(rawValue: service.growth) else { throw .unknownGrowth(service.growth) }
    guard service.contextWork, service.store != StoreKind.none.rawValue else { return nil }
    return StandardWork(layer: layer, growth: growth, keysPerLayer: service.keysPerLayer)
  }
}

extension NodeContexts {
  /// Those of a node that runs this service.
  convenience init(_ service: Service) throws(NodeError) {
    guard let kind = StoreKind(rawValue: service.store) else { throw .unknownStore(service.store) }
    let ratio = service.writes ?? .standard
    self.init(kind, workerCount: service.workers, writes: WriteRatio(writes: ratio.writes, reads: ratio.reads))
  }
}
