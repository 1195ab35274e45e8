// A cancel frame: which request its caller gave up, when, and whether the callee is to go on all the same.

public import Bytes
public import TransportMessages

public struct CancelFrame {
  public let id: UInt64
  public let cancelledAt: CancelTime
  /// The edge says `deadline: ignore`, so that in a system without this program nothing would have been sent. The callee
  /// continues, and counts what it does from now on.
  public let continues: Bool

  public init(id: UInt64, cancelledAt: CancelTime, continues: Bool = false) {
    self.id = id
    self.cancelledAt = cancelledAt
    self.continues = continues
  }

  /// - Parameter frame: of type `cancel`.
  public init(_ frame: Frame) {
    self.init(
      id: frame.id, cancelledAt: CancelTime(rawValue: frame.deadline),
      continues: frame.flags & FrameFlags.abandoned != 0)
  }

  public func write(to buffer: ByteBuffer) {
    FrameWriter(
      to: buffer, type: .cancel, flags: continues ? FrameFlags.abandoned : 0, id: id, deadline: cancelledAt.rawValue
    ).finish(payloadSize: 0)
  }
}
