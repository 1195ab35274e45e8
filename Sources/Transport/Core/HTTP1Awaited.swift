// The requests of a connection that are without a reply, in the order in which they were sent.

internal import Bytes

/// A request that a lost connection leaves without any byte of an answer, whole.
public struct UnansweredRequest {
  public let tag: UInt64
  let bytes: [UInt8]
}

/// A handle; its owner calls `deallocate` once.
struct HTTP1Awaited {
  /// In place of the tag of a request that nobody waits for. No call has it.
  private static let nobody = UInt64.max
  /// Bytes of a request that is kept.
  private static let keptSizeMax = 64 << 10

  private struct Request {
    var tag: UInt64
    /// Of what is kept; 0: nothing is.
    var size: Int
  }

  private struct State {
    var first = 0
    var next = 0
    /// Nobody waits for so many.
    var givenUp = 0
  }

  private let state: UnsafeMutablePointer<State>
  /// A ring whose size is a power of two.
  private let requests: UnsafeMutablePointer<Request>
  private let capacity: Int
  /// The requests' bytes one behind the other. Nil: the only one lies where it was written, while nothing else is.
  private let kept: ByteBuffer?

  /// - Parameter keepsBytes: for `takeRequests`, of more than one request.
  init(countMax: Int, keepsBytes: Bool) {
    var capacity = 1
    while capacity < countMax { capacity *= 2 }
    self.capacity = capacity
    requests = .allocate(capacity: capacity)
    state = .allocate(capacity: 1)
    state.initialize(to: State())
    kept = keepsBytes ? ByteBuffer(capacity: 0) : nil
  }

  func deallocate() {
    requests.deallocate()
    state.deallocate()
    kept?.deallocate()
  }

  var count: Int { state.pointee.next &- state.pointee.first }
  var isEmpty: Bool { state.pointee.next == state.pointee.first }
  /// Nobody waits for one.
  var hasGivenUp: Bool { state.pointee.givenUp > 0 }
  /// Somebody waits for one.
  var hasOthers: Bool { count > state.pointee.givenUp }

  /// - Parameter size: bytes of the request, the last in `output`.
  func append(_ tag: UInt64, size: Int, in output: ByteBuffer) {
    var request = Request(tag: tag, size: 0)
    if let kept {
      if size <= HTTP1Awaited.keptSizeMax {
        kept.append(output.latest(size))
        request.size = size
      }
    } else if output.count == size {
      request.size = size
    }
    requests[state.pointee.next & (capacity &- 1)] = request
    state.pointee.next &+= 1
  }

  /// The tag of the first, which is answered; one that nobody knows when nobody waits for it.
  func removeFirst() -> UInt64 {
    let request = requests[state.pointee.first & (capacity &- 1)]
    state.pointee.first &+= 1
    if request.tag == HTTP1Awaited.nobody { state.pointee.givenUp &-= 1 }
    kept?.consume(request.size)
    return request.tag
  }

  /// Nobody waits for a request any more. False when it is none of these.
  func giveUp(_ tag: UInt64) -> Bool {
    for index in state.pointee.first..<state.pointee.next where requests[index & (capacity &- 1)].tag == tag {
      requests[index & (capacity &- 1)].tag = HTTP1Awaited.nobody
      state.pointee.givenUp &+= 1
      return true
    }
    return false
  }

  /// Those that are kept and that somebody waits for.
  ///
  /// - Parameters:
  ///   - behindFirst: without the first.
  ///   - output: what they were written to, with nothing behind the last.
  func takeRequests(behindFirst: Bool, in output: ByteBuffer) -> [UnansweredRequest] {
    var result: [UnansweredRequest] = []
    var start = 0
    for index in state.pointee.first..<state.pointee.next {
      let request = requests[index & (capacity &- 1)]
      let bytes = kept.map { UnsafeRawBufferPointer(rebasing: $0.readable[start..<start + request.size]) }
      start += request.size
      guard request.size > 0, request.tag != HTTP1Awaited.nobody, !behindFirst || index > state.pointee.first else {
        continue
      }
      result.append(UnansweredRequest(tag: request.tag, bytes: Array(bytes ?? output.latest(request.size))))
    }
    return result
  }
}
