// What the library tells a session while it reads. Nothing of it reaches an owner from here: what there is to tell is queued.

internal import CNghttp2
internal import TransportMessages

extension HTTP2Session {
  func didBeginFields(_ frame: UnsafePointer<nghttp2_frame>) {
    if let clock { unpackingSince = clock.now }
    let id = frame.pointee.hd.stream_id
    if frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST {
      let slot = streams.take()
      slot.pointee.id = id
      slot.pointee.begin = now
      slot.pointee.state = .isInFields
      _ = streams.addIncoming(to: slot)
      streams.await(slot)
      nghttp2_session_set_stream_user_data(session, id, slot)
      reading = slot
      return
    }
    reading = slot(id)
    guard let reading else { return }
    if side == .server {
      // Trailers of a request: nobody has a use for them.
      reading.pointee.state.insert(.isDeaf)
    } else {
      _ = streams.addIncoming(to: reading)
    }
    reading.pointee.state.insert(.isInFields)
  }

  @inline(__always)
  func didReceiveField(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
    let size = sizes == nil ? nil : sizes?.take()
    guard let reading, let incoming = reading.pointee.incoming, !reading.pointee.state.contains(.isDeaf) else { return }
    streams.append(name: name, value: value, to: incoming)
    if let size { incoming.pointee.note(size) }
  }

  func didReceiveData(_ id: Int32, _ bytes: UnsafeRawBufferPointer) {
    guard let slot = slot(id), !slot.pointee.state.contains(.isDeaf), let incoming = slot.pointee.incoming,
      !streams.append(bytes, to: incoming)
    else { return }
    refuse(slot, .resourceExhausted, .tooLarge)
  }

  func didReceive(_ frame: UnsafePointer<nghttp2_frame>) {
    let header = frame.pointee.hd
    switch nghttp2_frame_type(rawValue: nghttp2_frame_type.RawValue(header.type)) {
    case NGHTTP2_HEADERS:
      guard let slot = reading else { return }
      clock?.didUnpack(since: unpackingSince)
      reading = nil
      slot.pointee.state.remove(.isInFields)
      didEndFields(of: slot, isLast: header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0)
    case NGHTTP2_DATA:
      if header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 {
        if let slot = slot(header.stream_id) { didEndMessage(of: slot) }
      } else if header.length == 0 {
        countIdleFrame()
      }
    case NGHTTP2_RST_STREAM: countIdleFrame()
    case NGHTTP2_SETTINGS:
      countIdleFrame()
      guard header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) == 0 else { return }
      hasSettings = true
      streamCountMax = Int(
        min(
          nghttp2_session_get_remote_settings(session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS),
          GRPCLimits.streamCountMax))
    case NGHTTP2_PING:
      if header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) == 0 {
        countIdleFrame()
      } else if case .announced = shutdown {
        // Said behind what has come with it.
        shutdown = .heard
      }
    case NGHTTP2_GOAWAY:
      goawayCode = frame.pointee.goaway.error_code
      let last = frame.pointee.goaway.last_stream_id
      hasAcceptedSome = last > 0 && UInt32(last) < nghttp2_session_get_next_stream_id(session)
    // A window update goes with each message.
    default: break
    }
  }

  private func didEndFields(of slot: HTTP2StreamSlot, isLast: Bool) {
    if let incoming = slot.pointee.incoming, incoming.pointee.isOverflowing {
      return refuse(slot, .resourceExhausted, .tooManyFields)
    }
    if isLast {
      didEndMessage(of: slot)
    } else if side == .client, let incoming = slot.pointee.incoming, GRPCReplyReading.isInterim(incoming) {
      // 1xx: the answer is still to come (RFC 9113, 8.1).
      streams.dropIncoming(of: slot)
      _ = streams.addIncoming(to: slot)
    }
  }

  private func didEndMessage(of slot: HTTP2StreamSlot) {
    guard !slot.pointee.state.contains(.isTold), !slot.pointee.state.contains(.isReady) else { return }
    if side == .server {
      streams.didReceiveMessage(of: slot)
    } else if slot.pointee.sentOffset < slot.pointee.sentEnd || slot.pointee.generatedSize > 0 {
      // It was answered before it was all sent (RFC 9113, 8.1).
      reset(slot.pointee.id, NGHTTP2_CANCEL)
    }
    streams.appendReady(slot, .message)
  }

  func refuse(_ slot: HTTP2StreamSlot, _ status: StatusCode, _ fault: TransportFault) {
    streams.dropIncoming(of: slot)
    slot.pointee.state.insert(.isDeaf)
    if side == .server {
      streams.didReceiveMessage(of: slot)
    } else {
      reset(slot.pointee.id, NGHTTP2_CANCEL)
    }
    streams.appendReady(slot, .refused(status, fault))
  }

  /// Frames that bring no message nearer: a caller may send many, but not as fast as it can.
  private func countIdleFrame() {
    if side == .server, !idleFrames.take(at: now) {
      fault = fault ?? .flood
      terminate(NGHTTP2_ENHANCE_YOUR_CALM)
    }
  }

  func didClose(_ id: Int32, _ code: UInt32) {
    guard let slot = slot(id), !slot.pointee.state.contains(.isClosed) else { return }
    if reading == slot { reading = nil }
    close(slot, code == NGHTTP2_REFUSED_STREAM.rawValue ? .unprocessed : .reset(code))
  }

  func close(_ slot: HTTP2StreamSlot, _ event: HTTP2StreamEvent) {
    slot.pointee.state.insert(.isClosed)
    if side == .client { openCount &-= 1 }
    let isTold = slot.pointee.state.contains(.isTold)
    let isReady = slot.pointee.state.contains(.isReady)
    if side == .server {
      // A request that nobody has heard of needs no end.
      guard !isReady else { return slot.pointee.state.formUnion(.isGivenUp) }
      guard isTold, !slot.pointee.state.contains(.isAnswered) else { return streams.free(slot) }
      streams.appendReady(slot, event)
    } else {
      guard !isReady else { return }
      guard !isTold, !slot.pointee.state.contains(.isGivenUp) else { return streams.free(slot) }
      streams.appendReady(slot, event)
    }
  }

  /// The library ends the connection for what came.
  func didSend(_ frame: UnsafePointer<nghttp2_frame>) {
    guard frame.pointee.hd.type == UInt8(NGHTTP2_GOAWAY.rawValue), fault == nil else { return }
    switch nghttp2_error_code(rawValue: frame.pointee.goaway.error_code) {
    case NGHTTP2_NO_ERROR: break
    case NGHTTP2_FLOW_CONTROL_ERROR: fault = .flowControl
    case NGHTTP2_FRAME_SIZE_ERROR: fault = .frameSize
    case NGHTTP2_COMPRESSION_ERROR: fault = .compression
    case NGHTTP2_ENHANCE_YOUR_CALM: fault = .flood
    default: fault = .protocolError
    }
  }
}
