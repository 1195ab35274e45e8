// Where to connect or to listen: an IPv4 address and a port, looked up where it is given as a name.

internal import Glibc

package struct HostAddress: Sendable, Equatable, CustomStringConvertible {
  private let address: sockaddr_in
  package let description: String

  /// Blocks for a host that is a name.
  package init(host: String, port: UInt16) throws(EventLoopError) {
    guard let address = HostAddress.look(up: host, flags: 0) else { throw .unknownHost(host) }
    self.init(address, host, port)
  }

  /// Never blocks: nil for a name.
  package init?(numeric host: String, port: UInt16) {
    guard let address = HostAddress.look(up: host, flags: AI_NUMERICHOST) else { return nil }
    self.init(address, host, port)
  }

  private init(_ address: sockaddr_in, _ host: String, _ port: UInt16) {
    var address = address
    address.sin_port = port.bigEndian
    self.address = address
    description = "\(host):\(port)"
  }

  /// Every address of a host that is a name, each once, in the order of numbers. Blocks.
  package static func all(host: String, port: UInt16) -> [HostAddress] {
    var hints = unsafe addrinfo()
    unsafe hints.ai_family = AF_INET
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
    defer { unsafe freeaddrinfo(list) }
    var found: Set<UInt32> = []
    var next = unsafe list
    while let entry = unsafe next {
      found.insert(
        unsafe entry.pointee.ai_addr.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
          unsafe UInt32(bigEndian: $0.pointee.sin_addr.s_addr)
        })
      unsafe next = entry.pointee.ai_next
    }
    return found.sorted().map { number in
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = number.bigEndian
      return HostAddress(address, HostAddress.text(address), port)
    }
  }

  /// The same host.
  package func with(port: UInt16) -> HostAddress { HostAddress(address, host, port) }

  /// In numbers.
  package var host: String { HostAddress.text(address) }

  static func text(_ address: sockaddr_in) -> String {
    let number = UInt32(bigEndian: address.sin_addr.s_addr)
    return [24, 16, 8, 0].map { String(number >> UInt32($0) & 0xff) }.joined(separator: ".")
  }

  package static func == (left: HostAddress, right: HostAddress) -> Bool {
    left.address.sin_addr.s_addr == right.address.sin_addr.s_addr && left.address.sin_port == right.address.sin_port
  }

  /// 127.0.0.0/8: this machine.
  package var isLoopback: Bool { UInt32(bigEndian: address.sin_addr.s_addr) >> 24 == 127 }

  func withSocketAddress<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    unsafe withUnsafePointer(to: address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  private static func look(up host: String, flags: Int32) -> sockaddr_in? {
    var hints = unsafe addrinfo()
    unsafe hints.ai_family = AF_INET
    unsafe hints.ai_flags = flags
    var list: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(host, nil, &hints, &list) == 0, let first = unsafe list else { return nil }
    defer { unsafe freeaddrinfo(list) }
    return unsafe first.pointee.ai_addr.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { unsafe $0.pointee }
  }
}

/// Looks names up on threads of its own, one name at a time each: the loop continues meanwhile.
package final class HostLookup {
  private typealias Answer = (token: Int, addresses: [HostAddress])

  private let mailbox: Mailbox<Answer>
  private var waiting: [Int: (thread: WorkerThread, handler: ([HostAddress]) -> Void)] = [:]
  private var nextToken = 0

  /// Lasts as long as the loop.
  package init(loop: EventLoop) throws(EventLoopError) {
    mailbox = try Mailbox()
    mailbox.open(on: loop) { [weak self] answer in
      guard let waiting = self?.waiting.removeValue(forKey: answer.token) else { return }
      waiting.thread.join()
      waiting.handler(answer.addresses)
    }
  }

  /// Hands the address to `handler` in a later turn; nil when the name has none.
  package func look(
    up host: String, port: UInt16, handler: @escaping (HostAddress?) -> Void
  ) throws(EventLoopError) {
    try ask({ (try? HostAddress(host: host, port: port)).map { [$0] } ?? [] }, { handler($0.first) })
  }

  /// The same with every address that the name has.
  package func lookUpAll(
    _ host: String, port: UInt16, handler: @escaping ([HostAddress]) -> Void
  ) throws(EventLoopError) {
    try ask({ HostAddress.all(host: host, port: port) }, handler)
  }

  private func ask(
    _ question: @escaping @Sendable () -> [HostAddress], _ handler: @escaping ([HostAddress]) -> Void
  ) throws(EventLoopError) {
    let (token, mailbox) = (nextToken, mailbox)
    let thread = try WorkerThread(name: "look-up") { mailbox.post((token, question())) }
    nextToken += 1
    waiting[token] = (thread, handler)
  }
}
