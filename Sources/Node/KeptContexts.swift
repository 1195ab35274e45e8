// Copies of contexts in a table that outlives their requests, each with a timer for its deadline: what `keeps-context`
// reproduces. Nobody takes one out when its deadline has passed; with `releases-context` it goes when its request ends.

internal import Context
package import Control
internal import EventLoop
internal import Topology

final class KeptContexts {
  /// Contexts in the table, unless the server's owner says otherwise.
  static let countMax = 65_536

  private var contexts: [UInt64: RequestContext] = [:]
  private var timers: [UInt64: TimerWheel.EntryID] = [:]
  /// Which of them is a request's; only where they are released.
  private var owned: [RequestSlot: UInt64] = [:]
  private var nextToken: UInt64 = 0
  private let settings: KeptContext
  private let countMax: Int
  private let makeContext: () -> RequestContext
  private let loop: EventLoop
  private let counters: UnsafeMutablePointer<CounterPage>
  private var wheel: TimerWheel!

  /// Nil for a service that keeps none.
  ///
  /// - Parameters:
  ///   - countMax: contexts in the table; further requests are refused.
  ///   - makeContext: an empty context of the service's store.
  init?(
    _ service: Service, countMax: Int, loop: EventLoop, counters: UnsafeMutablePointer<CounterPage>,
    makeContext: @escaping () -> RequestContext
  ) {
    guard let settings = service.keepsContext else { return nil }
    self.settings = settings
    self.countMax = countMax
    self.makeContext = makeContext
    self.loop = loop
    self.counters = counters
    wheel = TimerWheel(loop: loop) { [unowned self] token in
      timers[token] = nil
      note()
    }
  }

  var count: Int { contexts.count }
  var timerCount: Int { wheel.count }

  /// False when the table is full.
  func keep(_ context: RequestContext, of request: RequestSlot) -> Bool {
    guard contexts.count < countMax else {
      counters.pointee.shed &+= 1
      return false
    }
    let copy = makeContext()
    let size = context.packedSize()
    if size > 0 {
      withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { image in
        context.writePacked(to: image.baseAddress!)
        _ = copy.readPacked(UnsafeRawBufferPointer(image))
        copy.detach()
      }
    }
    nextToken += 1
    contexts[nextToken] = copy
    timers[nextToken] = wheel.schedule(at: loop.now &+ settings.deadlineNanoseconds, token: nextToken)
    if settings.isReleased { owned[request] = nextToken }
    note()
    return true
  }

  /// The request has ended; nothing happens where contexts are not released.
  func release(_ request: RequestSlot) {
    guard let token = owned.removeValue(forKey: request) else { return }
    contexts[token] = nil
    if let timer = timers.removeValue(forKey: token) { wheel.cancel(timer) }
    note()
  }

  /// Forgets all of them.
  func close() {
    contexts = [:]
    timers = [:]
    owned = [:]
    wheel.close()
    counters.pointee.keptContexts = 0
    counters.pointee.keptTimers = 0
  }

  private func note() {
    counters.pointee.keptContexts = UInt64(contexts.count)
    counters.pointee.keptTimers = UInt64(wheel.count)
  }
}

extension NodeServer {
  /// Part of the script of a service that keeps contexts. False when no more contexts can be kept.
  @inline(never)
  func keepContext(of request: RequestSlot) -> Bool {
    guard let kept = runtime.kept else { return true }
    return request.pointee.context.unsafelyUnwrapped._withUnsafeGuaranteedRef { kept.keep($0, of: request) }
  }

  /// What is under way now.
  package func liveFigures(token: Int) -> LiveFigures {
    var figures = LiveFigures(token: token)
    figures.requests = Int(truncatingIfNeeded: counters.pointee.open)
    figures.calls = runtime.calls.inUseCount
    figures.contexts = runtime.requests.inUseCount + (runtime.kept?.count ?? 0)
    figures.timers = wheel.count + (runtime.kept?.timerCount ?? 0)
    return figures
  }
}
