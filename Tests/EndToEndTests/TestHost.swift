// Hosts of the tests' own: network namespaces of this machine, each with an address behind one bridge.

import Foundation
import Testing

/// A network of hosts; all of it goes away with it.
final class TestNetwork {
  private let name: String
  private let prefix: String
  private(set) var hosts: [TestHost] = []

  /// Nil, with the reason in `whyNot`, where this process may not make namespaces.
  static let whyNot: String? = {
    let name = "ctxtry\(getpid())"
    guard geteuid() == 0 else { return "network namespaces need root" }
    guard command("/usr/sbin/ip", ["netns", "add", name]) else {
      return "`ip netns add` does not work here"
    }
    defer { _ = command("/usr/sbin/ip", ["netns", "delete", name]) }
    let pair = ["link", "add", "\(name)a", "type", "veth", "peer", "name", "\(name)b"]
    guard command("/usr/sbin/ip", pair) else { return "there is no veth here" }
    _ = command("/usr/sbin/ip", ["link", "delete", "\(name)a"])
    return nil
  }()

  private static func command(_ path: String, _ words: [String]) -> Bool {
    guard let program = try? Program(words, command: path) else { return false }
    return (try? program.wait()) == 0
  }

  init(hostCount: Int) throws {
    let number = Int.random(in: 0..<65_536)
    name = "ctx" + String(number, radix: 36)
    prefix = "10.\(200 + number % 32).\(number / 32 % 256)"
    try ip("link", "add", name, "type", "bridge")
    try ip("address", "add", "\(prefix).1/24", "dev", name)
    try ip("link", "set", name, "up")
    for index in 0..<hostCount {
      let host = TestHost(
        namespace: "\(name)-\(index)", link: "\(name)v\(index)", address: "\(prefix).\(index + 2)")
      try ip("netns", "add", host.namespace)
      hosts.append(host)
      try ip(
        "link", "add", host.link, "type", "veth", "peer", "name", "eth0", "netns", host.namespace)
      try ip("link", "set", host.link, "master", name, "up")
      try ip("-n", host.namespace, "address", "add", "\(host.address)/24", "dev", "eth0")
      try ip("-n", host.namespace, "link", "set", "eth0", "up")
      try ip("-n", host.namespace, "link", "set", "lo", "up")
    }
  }

  deinit {
    for host in hosts { _ = Self.command("/usr/sbin/ip", ["netns", "delete", host.namespace]) }
    _ = Self.command("/usr/sbin/ip", ["link", "delete", name])
  }

  private func ip(_ words: String...) throws {
    try #require(Self.command("/usr/sbin/ip", words), "ip \(words)")
  }

  /// Packets to and from the host vanish.
  func cut(_ host: TestHost) throws { try ip("link", "set", host.link, "down") }

  /// They no longer do.
  func mend(_ host: TestHost) throws { try ip("link", "set", host.link, "up") }

  /// What the host sends goes over a narrow link.
  func narrow(_ host: TestHost, rate: String) throws {
    let words = [
      "-n", host.namespace, "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", rate, "burst",
      "16kb", "latency",
      "400ms",
    ]
    try #require(Self.command("/usr/sbin/tc", words), "tc \(words)")
  }
}

final class TestHost {
  let namespace: String
  /// Its end on this machine.
  fileprivate let link: String
  let address: String

  fileprivate init(namespace: String, link: String, address: String) {
    self.namespace = namespace
    self.link = link
    self.address = address
  }

  func start(_ arguments: [String]) throws -> Program {
    try Program(["netns", "exec", namespace, Program.path] + arguments, command: "/usr/sbin/ip")
  }
}
