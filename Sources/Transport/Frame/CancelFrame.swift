// A cancel frame: which request its caller gave up, when, and whether the callee is to go on all the same.

public import Bytes
public import TransportMessages

public struct CancelFrame {
  public let id: UInt64
  public let cancelledAt: CancelTime
  /// The edge says `deadline: ignore`, so that in a system without this program nothing would have been sent. The callee
  /// goes on, and counts what it does from now on.
  public let goesOn: Bool

  public init(id: UInt64, cancelledAt: CancelTime, goesOn: Bool = false) {
    self.id = id
    self.cancelledAt = cancelledAt
    self.goesOn = goesOn
  }

  /// - Parameter frame: of type `cancel`.
  public init(_ frame: Frame) {
    self.init(
      id: frame.id, cancelledAt: CancelTime(rawValue: frame.deadline), goesOn: frame.flags & FrameFlags.orphan != 0)
  }

  public func write(to buffer: ByteBuffer) {
    FrameWriter(
      to: buffer, type: .cancel, flags: goesOn ? FrameFlags.orphan : 0, id: id, deadline: cancelledAt.rawValue
    ).finish(payloadSize: 0)
  }
}
