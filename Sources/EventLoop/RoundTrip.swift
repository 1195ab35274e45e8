// How long TCP takes to a peer and back, as the kernel has seen it: no byte is sent for it.

internal import CLinux

package struct RoundTrip: Equatable, Sendable {
  /// Nanoseconds. Smoothed: what the peer takes to answer is in it.
  package let smoothed: Int64
  /// The least of the last minutes, the handshake among them, which the peer's kernel answers alone.
  package let least: Int64

  /// Nil for what is not TCP, or has measured nothing.
  init?(of fd: Int32) {
    var (smoothed, least): (UInt32, UInt32) = (0, 0)
    // The kernel says all bits for nothing.
    guard unsafe ctx_tcp_round_trip(fd, &smoothed, &least) == 0, least > 0, least < UInt32.max else { return nil }
    self.smoothed = Int64(smoothed) * 1000
    self.least = Int64(least) * 1000
  }
}
