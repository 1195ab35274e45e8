// The life of a request in a node: extract, the standard work, the script's steps, the reply. Calls are in CallFlow,
// what steps do in StepFlow.

internal import Bytes
internal import Context
internal import Control
internal import EventLoop
internal import Propagation
internal import Results
internal import Spans
internal import Statistics
internal import Topology
internal import TransportCore

extension NodeServer {
  /// Starts a request that has just arrived.
  @inline(__always)
  func begin(_ request: ReceivedRequest, from caller: InboundConnection, reader: ContextReader) {
    counters.pointee.deliveries &+= 1
    if let call = runtime.forwardedCall, canForward(request.head) {
      forward(request, from: caller, reader: reader, call: call)
    } else if let call = runtime.recordedCall, canForward(request.head) {
      forwardRecording(request.message, request.head, from: caller, reader: reader, call: call)
    } else {
      beginScript(for: request.message, request.head, from: caller, reader: reader)
    }
  }

  /// Message and head apart: a whole request is passed in memory, where each would be written that is only passed on.
  @inline(never)
  func beginScript(
    for message: ReceivedMessage, _ head: RequestHead, from caller: InboundConnection, reader: ContextReader
  ) {
    guard let request = runtime.requests.allocate() else {
      counters.pointee.shed &+= 1
      return refuse(head, from: caller, with: .resourceExhausted)
    }
    stage(request, didArriveOn: caller.connection)
    request.pointee.connection = Unmanaged.passUnretained(caller)
    request.pointee.tag = head.tag
    request.pointee.deadline = head.deadline == 0 ? .max : loop.readTime &+ Int64(head.deadline) &* 1000
    request.pointee.hopsLeft = head.hopsLeft
    request.pointee.isAbandoned = head.flags.contains(.abandoned)
    if request.pointee.isAbandoned { counters.pointee.abandoned &+= 1 }
    request.join(caller.requests)
    lap(.decode)
    if let gateway = runtime.gateway, !clean(message, into: request, by: gateway) { return }
    request.pointee.context.unsafelyUnwrapped._withUnsafeGuaranteedRef { context in
      let drops = runtime.gateway == nil ? extract(message, into: context, reader: reader) : []
      lap(.extract)
      let isRoot = runtime.script.needsBody && runtime.service.scriptedCalls != nil && beginTrace(in: context)
      if let recorder = runtime.recorder {
        request.pointee.span = beginSpan(context, from: caller, dropping: drops, by: recorder)
        if isRoot { request.pointee.span?.pointee.record.parentID = 0 }
      }
      if head.flags.contains(.echo) {
        let echo = EchoViews(name: runtime.service.name)
        echo.add(context)
        request.pointee.echo = Unmanaged.passRetained(echo)
        counters.pointee.echoDeadline = UInt64(head.deadline)
      }
      request.pointee.hasFreshSpan = doStandardWork(on: context)
      lap(.store)
    }
    if runtime.script.needsBody, case let status = keepBody(of: message, for: request), status != .ok {
      return fail(request, with: status)
    }
    advance(request, from: runtime.script.steps)
  }

  /// Fills the context, whatever it held, with what arrived.
  @inline(__always)
  @discardableResult
  func extract(
    _ message: ReceivedMessage, into context: RequestContext, reader: ContextReader
  ) -> ExtractionDrops {
    if !reader.replacesContext { context.reset() }
    let drops = reader.propagator.extract(message: message, into: context)
    if drops.rawValue != 0 { countDrops(drops) }
    if isCounting { count(message, context) }
    return drops
  }

  /// True when the context has a span id now that no call has used yet.
  @inline(__always)
  func doStandardWork(on context: RequestContext) -> Bool {
    guard let work = runtime.work else { return false }
    let spanID = random.next() | 1
    counters.pointee.checksum &+= work._withUnsafeGuaranteedRef { context.perform($0, spanID: spanID) }
    return true
  }

  /// Runs steps until one of them has to wait, or the request is answered.
  func advance(_ request: RequestSlot, from first: UnsafeMutablePointer<ScriptStep>) {
    var step = first
    while true {
      request.pointee.step = step
      switch step.pointee.kind {
      case .calls: if startCalls(of: step, for: request) { return }
      case .fail: if random.next() < step.pointee.threshold { return fail(request, with: step.pointee.status) }
      case .reply: return request.pointee.echo == nil ? reply(to: request) : replyWithViews(to: request)
      case .set:
        assign(step, to: request)
        lap(.store)
      case .work:
        if work(step, for: request) { return }
        lap(.work)
      case .sleep: return sleep(step, for: request)
      case .scripted: if startScriptedCall(of: request) { return }
      case .again:
        if hasScriptedCalls(request) {
          step -= 1
          continue
        }
      case .keep: if !keepContext(of: request) { return fail(request, with: .resourceExhausted) }
      case .releaseKept: runtime.kept?.release(request)
      case .forget:
        forgetContext(of: request)
        lap(.store)
      }
      step += 1
    }
  }

  /// Answers a request without an echo that has come to the end of its script, and frees its slot.
  @inline(__always)
  func reply(to request: RequestSlot) {
    request.pointee.connection.unsafelyUnwrapped._withUnsafeGuaranteedRef { connection in
      connection.caller.reply(to: request.pointee.tag, payloadSize: runtime.responseSize)
      stage(request, didAnswerOn: connection.connection)
    }
    counters.pointee.responses &+= 1
    endSpan(of: request, with: .ok)
    release(request)
  }

  /// Answers with an error. Calls that are still under way are cancelled.
  @inline(never)
  func fail(_ request: RequestSlot, with status: StatusCode) {
    request.pointee.connection.unsafelyUnwrapped._withUnsafeGuaranteedRef {
      sendError(status, tag: request.pointee.tag, to: $0)
    }
    dropWhatIsUnderWay(of: request, since: CancelTime(nanoseconds: loop.now))
    endSpan(of: request, with: status)
    release(request)
  }

  /// The caller gave this request up: nothing is answered, and later services are told.
  func cancel(_ cancel: ReceivedCancel, from caller: InboundConnection) {
    // Requests are given up in the order they came far more often than not.
    var slot = caller.requests.pointee.next.unsafelyUnwrapped
    while slot != caller.requests {
      if slot.pointee.tag == cancel.tag {
        return cancel.continues ? abandon(slot, since: cancel.cancelledAt) : stop(slot, since: cancel.cancelledAt)
      }
      slot = slot.pointee.next.unsafelyUnwrapped
    }
    cancelForwarded(cancel, from: caller)
  }

  /// The caller has left: all its requests are given up.
  func stopRequests(of caller: InboundConnection) {
    let now = CancelTime(nanoseconds: loop.now)
    while let slot = caller.requests.pointee.next, slot != caller.requests { stop(slot, since: now) }
    stopForwarded(of: caller, since: now)
  }

  /// Answers a request that was not begun.
  @inline(never)
  func refuse(_ head: RequestHead, from caller: InboundConnection, with status: StatusCode) {
    sendError(status, tag: head.tag, to: caller)
  }

  func sendError(_ status: StatusCode, tag: UInt64, to connection: InboundConnection) {
    counters.pointee.errors &+= 1
    if case .deadlineExceeded = status { counters.pointee.deadlineExceeded &+= 1 }
    connection.caller.fail(tag, with: status)
  }

  // MARK: Private

  private func stop(_ request: RequestSlot, since time: CancelTime) {
    counters.pointee.cancelled &+= 1
    request.pointee.connection.unsafelyUnwrapped._withUnsafeGuaranteedRef { $0.caller.abandon(request.pointee.tag) }
    countWork(of: request, since: time)
    dropWhatIsUnderWay(of: request, since: time)
    endSpan(of: request, with: .cancelled)
    release(request)
    countStop(since: time)
  }

  @inline(never)
  private func countDrops(_ drops: ExtractionDrops) {
    counters.pointee.extractionDrops &+= 1
    for reason in 0..<CounterPage.gatewayDrop where drops.rawValue >> UInt32(reason) & 1 == 1 {
      counters.pointee.extractionDropsByReason[reason] &+= 1
    }
  }

  /// What only counting passes do.
  @inline(never)
  func count(_ message: ReceivedMessage, _ context: RequestContext) {
    counters.pointee.payloadSize &+= UInt64(message.payloadSize)
    counters.pointee.contextSize &+= UInt64(message.carrierSize)
    counters.pointee.uncompressedContextSize &+= UInt64(message.uncompressedCarrierSize)
    counters.pointee.tableInsertions &+= UInt64(message.insertedFieldCount)
    counters.pointee.protocolSize &+= UInt64(message.protocolSize)
    counters.pointee.answerProtocolSize &+= UInt64(message.answerProtocolSize(payloadSize: runtime.responseSize))
    counters.pointee.answerPayloadSize &+= UInt64(runtime.responseSize)
    context.forEachEntry { _, _, _ in counters.pointee.contextKeys &+= 1 }
  }

  @inline(never)
  private func replyWithViews(to request: RequestSlot) {
    request.pointee.connection.unsafelyUnwrapped._withUnsafeGuaranteedRef { connection in
      request.pointee.echo?._withUnsafeGuaranteedRef {
        connection.caller.reply(to: request.pointee.tag, views: $0.bytes, payloadSize: runtime.responseSize)
      }
    }
    request.pointee.echo?.release()
    request.pointee.echo = nil
    counters.pointee.responses &+= 1
    endSpan(of: request, with: .ok)
    release(request)
  }

  /// Calls, a timer, an echo: what a request that ends before its script does still has.
  private func dropWhatIsUnderWay(of request: RequestSlot, since time: CancelTime) {
    while let call = request.pointee.firstCall { cancel(call, of: request, since: time) }
    if runtime.sharesContexts { forgetContext(of: request) }
    if request.pointee.timer >= 0 { wheel.cancel(request.pointee.timer) }
    workQueue.remove(request)
    request.pointee.echo?.release()
    runtime.kept?.release(request)
    request.pointee.timer = -1
    request.pointee.echo = nil
    request.pointee.workLeft = -1
  }

  @inline(__always)
  private func release(_ request: RequestSlot) {
    request.leaveRing()
    if request.pointee.body != nil { dropBody(of: request) }
    runtime.requests.free(request)
  }
}
