// Requests whose bodies are read: handed on by a call, or a list of calls to make.

internal import Context
internal import Control
internal import EventLoop
internal import Propagation
internal import Topology
internal import TransportCore

extension NodeServer {
  /// Nanoseconds that a scripted call may take.
  private static let scriptedCallTime: Int64 = 30_000_000_000

  /// Anything but `ok`: what the body asks for cannot be done.
  @inline(never)
  func keepBody(of message: ReceivedMessage, for request: RequestSlot) -> StatusCode {
    var script: ScriptedCalls?
    if let rules = runtime.service.scriptedCalls {
      do throws(ScriptedCalls.Refusal) {
        script = try ScriptedCalls(message.payload, rules, timeout: NodeServer.scriptedCallTime)
      } catch {
        return error.status
      }
    }
    request.pointee.body = Unmanaged.passRetained(RequestBody(message.payload, script: script))
    return .ok
  }

  /// The request is over.
  @inline(never)
  func dropBody(of request: RequestSlot) {
    request.pointee.body?.release()
    request.pointee.body = nil
  }

  /// A request that brought no trace begins one, as its caller's tracer would have: who posts a list of calls has none. Where the
  /// service records spans, its ratio says whether that one is sampled.
  @inline(never)
  func beginTrace(in context: RequestContext) -> Bool {
    let threshold = runtime.service.tracing?.rejectionThreshold ?? 0
    let span = context.spanContext()
    guard context.holdsEntries, span.traceIDHigh | span.traceIDLow == 0 else { return false }
    let high: UInt64 = random.next()
    let low: UInt64 = random.next() | 1
    let isSampled = SamplingRatio.samples(traceIDLow: low, threshold: threshold)
    context.setSpanContext(
      SpanContext(
        traceIDHigh: high, traceIDLow: low, spanID: random.next() | 1,
        flags: SpanContext.random | (isSampled ? SpanContext.sampled : 0)))
    return true
  }

  // MARK: Scripted calls

  /// The last delivery makes no calls.
  func hasScriptedCalls(_ request: RequestSlot) -> Bool {
    guard request.pointee.hopsLeft > 1 else { return false }
    return request.pointee.body?._withUnsafeGuaranteedRef { $0.script?.isDone == false } ?? false
  }

  /// Makes the next call that the body asks for. True when the request now waits for it, or has been answered because it
  /// could not be made.
  func startScriptedCall(of request: RequestSlot) -> Bool {
    guard let body = request.pointee.body, hasScriptedCalls(request),
      let script = body._withUnsafeGuaranteedRef(\.script)
    else { return false }
    guard let edge = scriptedEdges?.edge(to: script.target) else {
      fail(request, with: .resourceExhausted)
      return true
    }
    script.call.pointee.downstream = Unmanaged.passUnretained(edge)
    script.advance()
    let status = start(script.call, for: request, retriesLeft: 0)
    guard status == .ok else {
      fail(request, with: status)
      return true
    }
    request.pointee.latestBegin = loop.now
    request.pointee.context.unsafelyUnwrapped._withUnsafeGuaranteedRef { $0.detach() }
    stageDidPause(request)
    return true
  }

  /// Writes a call whose payload is in the request's body. False: see `Callee.send`.
  @inline(never)
  func writeBody(
    _ head: RequestHead, of request: RequestSlot, _ call: UnsafeMutablePointer<ScriptCall>,
    to connection: DownstreamConnection
  ) -> Bool {
    guard let body = request.pointee.body else { return false }
    return body._withUnsafeGuaranteedRef { body in
      func send(_ payload: UnsafeRawBufferPointer, _ encoder: RequestEncoder?) -> Bool {
        connection.callee.send(head, payload: payload, as: encoder) { message in
          if !call.pointee.dropsContext { inject(request, into: message, of: call) }
        }
      }
      if let script = body.script, script.call == call { return script.withRequest { send($1, $0) } }
      return body.bytes.withUnsafeBytes { send($0, nil) }
    }
  }
}
