// A request that is ready but for its payload, as a receiver would see it.

public import TransportMessages

public enum HTTP1Image {
  /// Calls `body` with the request, whose payload has its size and nothing in it.
  ///
  /// - Parameter image: what `HTTP1RequestWriter.finishHead` has written.
  public static func withMessage<Result>(
    _ image: UnsafeRawBufferPointer, _ body: (ReceivedMessage) -> Result
  ) -> Result {
    // A reader changes what it reads, and waits for a payload: it gets a copy, with one that nobody looks at.
    let size = image.count
    let reader = HTTP1Reader(.requests)
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: size + HTTP1Limits.bodySizeMax, alignment: 16)
    defer {
      reader.deallocate()
      copy.deallocate()
    }
    copy.copyMemory(from: image)
    guard case .message(let size) = reader.read(UnsafeRawBufferPointer(copy)) else {
      preconditionFailure("an image is a request")
    }
    return body(reader.received(size: size))
  }
}
