// The life of a request in a node: extract, the standard work, the script's steps, the reply. Calls are in CallFlow.

internal import Bytes
internal import CLinux
internal import Context
internal import Control
internal import EventLoop
internal import Glibc
internal import Propagation
internal import Statistics
internal import Topology
internal import Wire

/// What an entry of the timer wheel stands for; the slot is in the low 32 bits of the token.
enum TimerToken {
  static let call: UInt64 = 0
  static let resume: UInt64 = 1 << 32

  static func slot(_ token: UInt64) -> Int32 { Int32(truncatingIfNeeded: token) }
}

extension NodeServer {
  /// CPU burnt in one go before the loop gets its turn, in nanoseconds.
  static let workSliceMax: Int64 = 1_000_000

  /// Starts a request that has just arrived.
  func begin(_ frame: Frame, from caller: InboundConnection, reader: ContextReader) {
    countArrival(frame)
    let index = requests.allocate()
    guard index >= 0 else {
      counters.pointee.shed &+= 1
      counters.pointee.errors &+= 1
      return sendError(.resourceExhausted, id: frame.id, to: caller)
    }
    let request = requests.slots + Int(index)
    request.pointee.connection = Unmanaged.passUnretained(caller)
    request.pointee.id = frame.id
    request.pointee.deadline = frame.deadline == 0 ? .max : loop.now &+ Int64(frame.deadline) &* 1000
    request.pointee.echo = nil
    request.pointee.step = 0
    request.pointee.outstanding = 0
    request.pointee.hopsLeft = Int32(truncatingIfNeeded: frame.hopsLeft)
    request.pointee.firstCall = -1
    request.pointee.timer = -1
    request.pointee.workLeft = -1
    request.pointee.hasFreshSpan = false
    link(index, to: caller)
    counters.pointee.open &+= 1
    request.pointee.context._withUnsafeGuaranteedRef { context in
      if reader.propagator.extract(frame, into: context).rawValue != 0 { counters.pointee.extractionDrops &+= 1 }
      if frame.flags != 0 || isCounting { observe(frame, context, request) }
      if let work {
        let spanID = random.next() | 1
        counters.pointee.checksum &+= work._withUnsafeGuaranteedRef { context.perform($0, spanID: spanID) }
        request.pointee.hasFreshSpan = true
      }
    }
    if errorThreshold != 0, random.next() < errorThreshold { return finish(index, status: .internal) }
    advance(index)
  }

  /// Runs steps until one of them has to wait, or the script is through.
  func advance(_ index: Int32) {
    let request = requests.slots + Int(index)
    while Int(request.pointee.step) < steps.count {
      let step = steps.baseAddress! + Int(request.pointee.step)
      switch step.pointee.kind {
      case .calls:
        if startCalls(of: step, for: index) { return }
      case .set:
        assign(step.pointee, request)
      case .work:
        if work(step.pointee, index) { return }
      case .sleep:
        return sleep(step.pointee, index)
      }
      request.pointee.step &+= 1
    }
    finish(index, status: .ok)
  }

  /// Answers a request and frees its slot. Calls of it that are still under way are cancelled.
  func finish(_ index: Int32, status: StatusCode) {
    let request = requests.slots + Int(index)
    request.pointee.connection._withUnsafeGuaranteedRef { caller in
      if case .ok = status {
        let output = caller.connection.output
        var writer = FrameWriter(to: output, type: .response, id: request.pointee.id)
        if let echo = request.pointee.echo { echo._withUnsafeGuaranteedRef { $0.write(to: &writer) } }
        writer.finish(payloadSize: responseSize)
        caller.connection.send()
        counters.pointee.responses &+= 1
      } else {
        counters.pointee.errors &+= 1
        if case .deadlineExceeded = status { counters.pointee.deadlineExceeded &+= 1 }
        sendError(status, id: request.pointee.id, to: caller)
      }
    }
    release(index)
  }

  /// The caller gave this request up: nothing is answered, and later services are told.
  func cancel(id: UInt64, from caller: InboundConnection) {
    // Requests are given up in the order they came far more often than not.
    var index = caller.firstRequest
    while index >= 0 {
      if requests.slots[Int(index)].id == id { return abandon(index) }
      index = requests.slots[Int(index)].next
    }
  }

  func abandon(_ index: Int32) {
    counters.pointee.cancelled &+= 1
    release(index)
  }

  /// A deadline of the timer wheel has passed.
  func didExpire(_ token: UInt64) {
    let slot = TimerToken.slot(token)
    guard token & TimerToken.resume != 0 else { return didExpire(call: slot) }
    let request = requests.slots + Int(slot)
    request.pointee.timer = -1
    if request.pointee.deadline <= loop.now { return finish(slot, status: .deadlineExceeded) }
    if request.pointee.workLeft < 0 { request.pointee.step &+= 1 }
    advance(slot)
  }

  // MARK: Steps

  @inline(never)
  private func assign(_ step: ScriptStep, _ request: UnsafeMutablePointer<InboundRequest>) {
    request.pointee.context._withUnsafeGuaranteedRef { context in
      for position in Int(step.first)..<Int(step.first + step.count) {
        let assignment = assignments[position]
        switch assignment.key.type {
        case .integer: context.setInteger(assignment.key, assignment.integer)
        case .text: context.setText(assignment.key, assignment.text.span.bytes)
        }
      }
    }
  }

  /// Burns CPU, a slice at a time. True when the request must wait for its next slice.
  @inline(never)
  private func work(_ step: ScriptStep, _ index: Int32) -> Bool {
    let request = requests.slots + Int(index)
    if request.pointee.workLeft < 0 { request.pointee.workLeft = duration(of: step) }
    let slice = min(request.pointee.workLeft, NodeServer.workSliceMax)
    let end = ctx_thread_cpu_nanoseconds() + slice
    while ctx_thread_cpu_nanoseconds() < end {}
    request.pointee.workLeft -= slice
    if request.pointee.workLeft == 0 {
      request.pointee.workLeft = -1
      loop.refreshNow()
      return false
    }
    wait(index, until: loop.refreshNow(), step)
    return true
  }

  @inline(never)
  private func sleep(_ step: ScriptStep, _ index: Int32) {
    let request = requests.slots + Int(index)
    wait(index, until: min(loop.now &+ duration(of: step), request.pointee.deadline), step)
  }

  private func wait(_ index: Int32, until time: Int64, _ step: ScriptStep) {
    let request = requests.slots + Int(index)
    if step.needsContextLater { request.pointee.context._withUnsafeGuaranteedRef { $0.detach() } }
    let token = TimerToken.resume | UInt64(UInt32(bitPattern: index))
    request.pointee.timer = wheel._withUnsafeGuaranteedRef { $0.schedule(at: time, token: token) }
  }

  private func duration(of step: ScriptStep) -> Int64 {
    // Inverse transform: 1 − u lies in 0 < … ≤ 1.
    step.isExponential ? Int64(-log(1 - random.nextUnit()) * Double(step.nanoseconds)) : step.nanoseconds
  }

  // MARK: Private

  private func countArrival(_ frame: Frame) {
    counters.pointee.deliveries &+= 1
    counters.pointee.payloadSize &+= UInt64(truncatingIfNeeded: frame.payloadSize)
    counters.pointee.contextSize &+= UInt64(
      truncatingIfNeeded: frame.size &- FrameLayout.headerSize &- frame.payloadSize)
  }

  /// What only fidelity requests and counting passes do.
  @inline(never)
  private func observe(
    _ frame: Frame, _ context: RequestContext, _ request: UnsafeMutablePointer<InboundRequest>
  ) {
    if isCounting { context.forEachEntry { _, _, _ in counters.pointee.contextKeys &+= 1 } }
    if frame.flags & FrameFlags.echo != 0 {
      let echo = EchoViews(name: configuration.service.name)
      echo.add(context)
      request.pointee.echo = Unmanaged.passRetained(echo)
    }
  }

  @inline(never)
  private func sendError(_ status: StatusCode, id: UInt64, to caller: InboundConnection) {
    FrameWriter(to: caller.connection.output, type: .error, id: id, status: status.rawValue).finish(payloadSize: 0)
    caller.connection.send()
  }

  private func release(_ index: Int32) {
    let request = requests.slots + Int(index)
    while request.pointee.firstCall >= 0 { giveUp(call: request.pointee.firstCall) }
    if request.pointee.timer >= 0 { wheel._withUnsafeGuaranteedRef { $0.cancel(request.pointee.timer) } }
    if let echo = request.pointee.echo { echo.release() }
    unlink(index)
    requests.free(index)
    counters.pointee.open &-= 1
  }

  private func link(_ index: Int32, to caller: InboundConnection) {
    let request = requests.slots + Int(index)
    request.pointee.previous = caller.lastRequest
    request.pointee.next = -1
    if caller.lastRequest >= 0 {
      requests.slots[Int(caller.lastRequest)].next = index
    } else {
      caller.firstRequest = index
    }
    caller.lastRequest = index
  }

  private func unlink(_ index: Int32) {
    let request = requests.slots + Int(index)
    let (previous, next) = (request.pointee.previous, request.pointee.next)
    request.pointee.connection._withUnsafeGuaranteedRef { caller in
      if previous >= 0 { requests.slots[Int(previous)].next = next } else { caller.firstRequest = next }
      if next >= 0 { requests.slots[Int(next)].previous = previous } else { caller.lastRequest = previous }
    }
  }
}
