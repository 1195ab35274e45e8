// The life of a request in a node: extract, the standard work, the script's steps, the reply. Calls are in CallFlow,
// what steps do in StepFlow.

internal import Bytes
internal import Context
internal import Control
internal import EventLoop
internal import Propagation
internal import Statistics
internal import Topology
internal import Wire

extension NodeServer {
  /// Starts a request that has just arrived.
  @inline(__always)
  func begin(_ frame: Frame, from caller: InboundConnection, reader: ContextReader) {
    counters.pointee.deliveries &+= 1
    counters.pointee.payloadSize &+= UInt64(truncatingIfNeeded: frame.payloadSize)
    counters.pointee.contextSize &+= UInt64(
      truncatingIfNeeded: frame.size &- FrameLayout.headerSize &- frame.payloadSize)
    guard let request = requests.allocate() else { return refuse(id: frame.id, from: caller) }
    request.pointee.connection = Unmanaged.passUnretained(caller)
    request.pointee.id = frame.id
    request.pointee.deadline = frame.deadline == 0 ? .max : loop.now &+ Int64(frame.deadline) &* 1000
    request.pointee.hopsLeft = frame.hopsLeft
    request.join(caller.requests)
    counters.pointee.open &+= 1
    request.pointee.context.unsafelyUnwrapped._withUnsafeGuaranteedRef { context in
      let drops = reader.propagator.extractFrame(frame, into: context)
      if drops.rawValue != 0 { counters.pointee.extractionDrops &+= 1 }
      if frame.flags != 0 || isCounting { observe(frame, context, request) }
      if let work {
        let spanID = random.next() | 1
        counters.pointee.checksum &+= work._withUnsafeGuaranteedRef { context.perform($0, spanID: spanID) }
        request.pointee.hasFreshSpan = true
      }
    }
    if errorThreshold != 0, random.next() < errorThreshold { return fail(request, with: .internal) }
    advance(request, from: steps)
  }

  /// Runs steps until one of them has to wait, or the request is answered.
  func advance(_ request: RequestSlot, from first: UnsafeMutablePointer<ScriptStep>) {
    var step = first
    while true {
      request.pointee.step = step
      switch step.pointee.kind {
      case .calls: if startCalls(of: step, for: request) { return }
      case .reply: return reply(to: request)
      case .set: assign(step, to: request)
      case .work: if work(step, for: request) { return }
      case .sleep: return sleep(step, for: request)
      }
      step += 1
    }
  }

  /// Answers a request that has come to the end of its script, and frees its slot.
  @inline(__always)
  func reply(to request: RequestSlot) {
    request.pointee.connection.unsafelyUnwrapped._withUnsafeGuaranteedRef { caller in
      caller.connection.willAppend()
      var writer = FrameWriter(to: caller.connection.output, type: .response, id: request.pointee.id)
      if let echo = request.pointee.echo { finish(echo, of: request, to: &writer) }
      writer.finish(payloadSize: responseSize)
    }
    counters.pointee.responses &+= 1
    release(request)
  }

  /// Answers with an error. Calls that are still under way are cancelled.
  @inline(never)
  func fail(_ request: RequestSlot, with status: StatusCode) {
    counters.pointee.errors &+= 1
    if case .deadlineExceeded = status { counters.pointee.deadlineExceeded &+= 1 }
    request.pointee.connection.unsafelyUnwrapped._withUnsafeGuaranteedRef {
      sendError(status, id: request.pointee.id, to: $0)
    }
    dropWhatIsUnderWay(of: request)
    release(request)
  }

  /// The caller gave this request up: nothing is answered, and later services are told.
  func cancel(id: UInt64, from caller: InboundConnection) {
    // Requests are given up in the order they came far more often than not.
    var slot = caller.requests.pointee.next.unsafelyUnwrapped
    while slot != caller.requests {
      if slot.pointee.id == id { return abandon(slot) }
      slot = slot.pointee.next.unsafelyUnwrapped
    }
  }

  /// The caller has left: all its requests are given up.
  func abandonRequests(of caller: InboundConnection) {
    while let slot = caller.requests.pointee.next, slot != caller.requests { abandon(slot) }
  }

  // MARK: Private

  private func abandon(_ request: RequestSlot) {
    counters.pointee.cancelled &+= 1
    dropWhatIsUnderWay(of: request)
    release(request)
  }

  @inline(never)
  private func refuse(id: UInt64, from caller: InboundConnection) {
    counters.pointee.shed &+= 1
    counters.pointee.errors &+= 1
    sendError(.resourceExhausted, id: id, to: caller)
  }

  /// What only fidelity requests and counting passes do.
  @inline(never)
  private func observe(_ frame: Frame, _ context: RequestContext, _ request: RequestSlot) {
    if isCounting { context.forEachEntry { _, _, _ in counters.pointee.contextKeys &+= 1 } }
    if frame.flags & FrameFlags.echo != 0 {
      let echo = EchoViews(name: configuration.service.name)
      echo.add(context)
      request.pointee.echo = Unmanaged.passRetained(echo)
    }
  }

  @inline(never)
  private func finish(_ echo: Unmanaged<EchoViews>, of request: RequestSlot, to writer: inout FrameWriter) {
    echo._withUnsafeGuaranteedRef { $0.write(to: &writer) }
    request.pointee.echo = nil
    echo.release()
  }

  @inline(never)
  private func sendError(_ status: StatusCode, id: UInt64, to caller: InboundConnection) {
    FrameWriter(to: caller.connection.output, type: .error, id: id, status: status.rawValue).finish(payloadSize: 0)
    caller.connection.send()
  }

  /// Calls, a timer, an echo: what a request that ends before its script does still has.
  private func dropWhatIsUnderWay(of request: RequestSlot) {
    while let call = request.pointee.firstCall { giveUp(call) }
    if request.pointee.timer >= 0 { wheel.cancel(request.pointee.timer) }
    request.pointee.echo?.release()
    request.pointee.timer = -1
    request.pointee.echo = nil
    request.pointee.workLeft = -1
  }

  @inline(__always)
  private func release(_ request: RequestSlot) {
    request.pointee.hasFreshSpan = false
    request.leaveRing()
    requests.free(request)
    counters.pointee.open &-= 1
  }
}
