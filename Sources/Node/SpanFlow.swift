// Where the life of a request and of a call meets its spans: one look at a pointer where nothing is recorded.

internal import Context
internal import Control
internal import EventLoop
internal import Propagation
internal import TransportCore

extension NodeServer {
  /// Of a delivery whose context has been extracted. Nil: its trace is not sampled.
  @inline(__always)
  func beginSpan(
    _ context: RequestContext, from caller: InboundConnection, dropping drops: ExtractionDrops,
    by recorder: Unmanaged<SpanRecorder>
  ) -> OpenSpan? {
    let span = context.spanContext()
    if span.isValid, span.flags & SpanContext.sampled == 0 { return nil }
    return beginSampled(span, from: caller, dropping: drops, by: recorder)
  }

  @inline(never)
  private func beginSampled(
    _ span: SpanContext, from caller: InboundConnection, dropping drops: ExtractionDrops,
    by recorder: Unmanaged<SpanRecorder>
  ) -> OpenSpan? {
    recorder._withUnsafeGuaranteedRef {
      $0.begin(span, dropping: drops, over: caller.caller.kind, at: loop.readTime)
    }
  }

  @inline(__always)
  func endSpan(of request: RequestSlot, with status: StatusCode) {
    if let span = request.pointee.span {
      request.pointee.span = nil
      end(span, with: status, at: loop.time)
    }
  }

  /// Of a call that was sent, or could not be.
  @inline(__always)
  func beginSpan(of call: CallSlot, of request: RequestSlot, isSent: Bool, at time: Int64) {
    if let delivery = request.pointee.span {
      request.pointee.context.unsafelyUnwrapped._withUnsafeGuaranteedRef {
        let script = call.pointee.call.unsafelyUnwrapped
        let isInjected = isSent && !script.pointee.dropsContext
        call.pointee.span = beginCall(
          of: delivery, isInjected ? $0 : nil, edge: script.pointee.downstream, at: time)
      }
    }
  }

  /// Of a forwarded request: the span of its call, which holds that of the delivery.
  @inline(never)
  func beginSpan(
    of call: CallSlot, in delivery: OpenSpan, _ context: RequestContext, _ script: UnsafeMutablePointer<ScriptCall>,
    at time: Int64
  ) {
    let span = beginCall(of: delivery, context, edge: script.pointee.downstream, at: time)
    span?.pointee.delivery = delivery
    call.pointee.span = span
    if span == nil { end(delivery, with: .ok, at: time) }
  }

  /// Ends the span of a call, and of its delivery where that was forwarded.
  @inline(__always)
  func endSpan(of call: CallSlot, with status: StatusCode) {
    if let span = call.pointee.span {
      call.pointee.span = nil
      endCall(span, with: status)
    }
  }

  @inline(never)
  private func endCall(_ span: OpenSpan, with status: StatusCode) {
    let time = loop.time
    let delivery = span.pointee.delivery
    span.pointee.delivery = nil
    end(span, with: status, at: time)
    if let delivery { end(delivery, with: status, at: time) }
  }

  private func beginCall(
    of delivery: OpenSpan, _ context: RequestContext?, edge: Unmanaged<Downstream>?, at time: Int64
  ) -> OpenSpan? {
    let (index, kind) = edge.unsafelyUnwrapped._withUnsafeGuaranteedRef { ($0.counterIndex, $0.transport.kind) }
    return runtime.recorder?._withUnsafeGuaranteedRef {
      $0.beginCall(of: delivery, context, edge: index, over: kind, at: time)
    }
  }

  private func end(_ span: OpenSpan, with status: StatusCode, at time: Int64) {
    let isRecorded = runtime.recorder?._withUnsafeGuaranteedRef {
      $0.end(span, status: UInt8(truncatingIfNeeded: status.rawValue), at: time)
    }
    if isRecorded == true { counters.pointee.spans &+= 1 } else { counters.pointee.droppedSpans &+= 1 }
  }
}
