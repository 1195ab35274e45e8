// What a connection hands to its owner: plain values, made where a message is decoded.

public struct ReceivedRequest {
  public let message: ReceivedMessage
  public let head: RequestHead

  @inlinable
  public init(_ message: ReceivedMessage, _ head: RequestHead) {
    self.message = message
    self.head = head
  }
}

public struct ReceivedReply {
  public let message: ReceivedMessage
  public let tag: UInt64
  /// A `StatusCode`; 0 is an answer.
  public let status: UInt16

  @inlinable
  public init(_ message: ReceivedMessage, tag: UInt64, status: UInt16) {
    self.message = message
    self.tag = tag
    self.status = status
  }
}

/// A caller's word that nobody waits for the answer any more.
public struct ReceivedCancel {
  public let tag: UInt64
  public let cancelledAt: CancelTime
  /// The edge says `deadline: ignore`, so that in a system without this program nothing would have been sent: the callee
  /// continues, and counts what it does from now on.
  public let continues: Bool

  public init(tag: UInt64, cancelledAt: CancelTime, continues: Bool) {
    self.tag = tag
    self.cancelledAt = cancelledAt
    self.continues = continues
  }
}
