// The control port of a node that somebody else started: lets in one launcher at a time, which has the token, and hands
// its lines on. Whoever has no token learns nothing but that.

package import Control
internal import EventLoop
internal import Glibc
internal import Results

/// What a control port needs to know.
package struct ControlPlan: Sendable {
  package let host: String
  /// 0 takes a free one.
  package let port: UInt16
  package let token: ControlToken
  /// Of this program.
  package let version: String

  package init(host: String, port: UInt16, token: ControlToken, version: String) {
    self.host = host
    self.port = port
    self.token = token
    self.version = version
  }
}

final class ControlListener: LineChannelDelegate {
  /// Connections whose launcher is not known yet; the oldest gives way.
  static let strangerCountMax = 8
  /// Seconds without a sign of a launcher's machine, after which its place is free.
  static let silenceSecondsMax: Int32 = 8

  private let loop: EventLoop
  private let plan: ControlPlan
  private let identity: () -> NodeIdentity
  private var listener: Listener?
  private var strangers: [ControlStranger] = []
  private var launcher: (channel: LineChannel, address: String, since: String)?
  /// One line of the launcher.
  var didReceive: (UnsafeRawBufferPointer) -> Void = { _ in }
  /// A launcher has come, or gone.
  var didChange: (_ address: String, _ isThere: Bool) -> Void = { _, _ in }

  /// Listens from here on.
  init(loop: EventLoop, plan: ControlPlan, identity: @escaping () -> NodeIdentity) throws(EventLoopError) {
    self.loop = loop
    self.plan = plan
    self.identity = identity
    listener = try Listener(loop: loop, host: plan.host, port: plan.port) { [unowned self] fd in take(fd) }
  }

  var port: UInt16 { listener?.port ?? 0 }

  /// To the launcher, if there is one.
  func send(_ line: [UInt8]) { launcher?.channel.send(line) }

  func close() {
    listener?.close()
    listener = nil
    strangers.forEach { $0.close() }
    strangers = []
    launcher?.channel.close()
    launcher = nil
  }

  private func take(_ fd: Int32) {
    if strangers.count == Self.strangerCountMax { strangers[0].close() }
    Socket.watch(fd, seconds: Self.silenceSecondsMax)
    strangers.append(ControlStranger(loop: loop, fd: fd, token: plan.token, owner: self))
  }

  func didLose(_ stranger: ControlStranger) { strangers.removeAll { $0 === stranger } }

  /// The stranger has the token. Returns why it may not come in all the same.
  func didKnow(_ stranger: ControlStranger, _ hello: ControlHello.Hello, _ channel: LineChannel) -> String? {
    guard hello.protocol == ControlHello.currentProtocol else {
      return "speaks version \(ControlHello.currentProtocol) of the control protocol, not \(hello.protocol)"
    }
    if let launcher { return "in use by \(launcher.address) since \(launcher.since)" }
    let address = channel.peer ?? "somebody"
    launcher = (channel, address, Timestamp.text(unixSeconds: time(nil)))
    channel.lineSizeMax = LineChannel.lineSizeMax
    channel.hand(to: self)
    channel.send(ControlCodec.encode(ControlAnswer(node: identity())))
    didChange(address, true)
    return nil
  }

  // MARK: The launcher

  func channel(_ channel: LineChannel, didReceive line: UnsafeRawBufferPointer) { didReceive(line) }

  func channelDidClose(_ channel: LineChannel) {
    guard let launcher, launcher.channel === channel else { return }
    self.launcher = nil
    didChange(launcher.address, false)
  }
}

/// A connection to a control port from its acceptance until it is known who it is, or closed.
final class ControlStranger: LineChannelDelegate {
  /// Nanoseconds to say hello.
  private static let helloTime: Int64 = 5_000_000_000
  /// Nanoseconds until somebody without the token hears that: there is no trying in a row.
  private static let refusalTime: Int64 = 500_000_000

  private unowned let owner: ControlListener
  private let token: ControlToken
  private var channel: LineChannel!
  private var timer: Timer!
  /// Said when the time is over.
  private var refusal = "no hello within 5 s"
  private var hasSpoken = false

  init(loop: EventLoop, fd: Int32, token: ControlToken, owner: ControlListener) {
    self.owner = owner
    self.token = token
    timer = Timer(loop: loop) { [unowned self] in refuse(refusal) }
    timer.start(after: Self.helloTime)
    channel = LineChannel(loop: loop, fd: fd, lineSizeMax: ControlHello.sizeMax, delegate: self)
  }

  func close() {
    timer.close()
    channel.close()
    owner.didLose(self)
  }

  func channel(_ channel: LineChannel, didReceive line: UnsafeRawBufferPointer) {
    guard !hasSpoken else { return }
    hasSpoken = true
    guard let hello = ControlCodec.decode(ControlHello.self, from: line)?.hello else {
      return refuse("expected a hello in the form of ctxchain's control protocol")
    }
    // A missing token takes as long as a wrong one.
    guard token.matches(hello.token ?? "") else {
      refusal = "the token is not this node's"
      return timer.start(after: Self.refusalTime)
    }
    if let reason = owner.didKnow(self, hello, channel) { return refuse(reason) }
    timer.close()
    owner.didLose(self)
  }

  func channelDidClose(_ channel: LineChannel) {
    timer.close()
    owner.didLose(self)
  }

  /// One line, and the end.
  private func refuse(_ reason: String) {
    timer.close()
    channel.send(ControlCodec.encode(ControlAnswer(refused: reason)))
    channel.finish()
    owner.didLose(self)
  }
}
