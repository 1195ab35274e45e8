// What nghttp2 calls, and how it is set up: once for all sessions.

internal import CNghttp2

// Made once, before its first use, and only read from then on.
struct HTTP2Callbacks: @unchecked Sendable {
  static let shared = HTTP2Callbacks()

  let pointer: OpaquePointer

  private init() {
    var made: OpaquePointer?
    precondition(nghttp2_session_callbacks_new(&made) == 0, "no memory for the callbacks of HTTP/2")
    let callbacks = made.unsafelyUnwrapped
    pointer = callbacks
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, user in
      HTTP2Callbacks.tell(user) { $0.didBeginFields(frame.unsafelyUnwrapped) }
    }
    nghttp2_session_callbacks_set_on_header_callback(callbacks) { _, _, name, nameSize, value, valueSize, _, user in
      HTTP2Callbacks.tell(user) {
        $0.didReceiveField(
          UnsafeRawBufferPointer(start: name, count: nameSize), UnsafeRawBufferPointer(start: value, count: valueSize))
      }
    }
    // A field that is none makes the message malformed (RFC 9113, 8.1.1); the library alone would pass it over.
    nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks) { _, _, _, _, _, _, _, _ in
      Int32(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
    }
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, id, bytes, size, user in
      HTTP2Callbacks.tell(user) { $0.didReceiveData(id, UnsafeRawBufferPointer(start: bytes, count: size)) }
    }
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
      HTTP2Callbacks.tell(user) { $0.didReceive(frame.unsafelyUnwrapped) }
    }
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks) { _, _, _, user in
      HTTP2Callbacks.tell(user) { $0.refusedCount &+= 1 }
    }
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, id, code, user in
      HTTP2Callbacks.tell(user) { $0.didClose(id, code) }
    }
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, user in
      HTTP2Callbacks.tell(user) { $0.didSend(frame.unsafelyUnwrapped) }
    }
  }

  /// The session, without a reference count: whoever calls the library keeps it.
  @inline(__always)
  private static func tell(_ user: UnsafeMutableRawPointer?, _ body: (HTTP2Session) -> Void) -> Int32 {
    Unmanaged<HTTP2Session>.fromOpaque(user.unsafelyUnwrapped)._withUnsafeGuaranteedRef(body)
    return 0
  }
}

// The same.
struct HTTP2Options: @unchecked Sendable {
  static let server = HTTP2Options { options in
    // Ours stands in its place: `GRPCLimits.resetBurst`.
    nghttp2_option_set_stream_reset_rate_limit(options, 1 << 40, 1 << 40)
  }
  static let client = HTTP2Options { options in
    nghttp2_option_set_peer_max_concurrent_streams(options, 100)
  }

  let pointer: OpaquePointer

  private init(_ set: (OpaquePointer) -> Void) {
    var made: OpaquePointer?
    precondition(nghttp2_option_new(&made) == 0, "no memory for the options of HTTP/2")
    pointer = made.unsafelyUnwrapped
    nghttp2_option_set_no_closed_streams(pointer, 1)
    // The library counts reads that end inside the head of one, too: 9 bytes that come one by one are 9.
    nghttp2_option_set_max_continuations(pointer, GRPCLimits.continuationCountMax)
    // Of what a block may become, not of what it is.
    nghttp2_option_set_max_send_header_block_length(pointer, GRPCLimits.fieldsSizeMax * 4)
    set(pointer)
  }
}
