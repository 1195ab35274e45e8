// What launcher and exporter say to each other: one JSON document per line on the control channel. Types only, no I/O.

internal import Topology

/// Where spans go: a receiver of OTLP.
package struct OTLPEndpoint: Codable, Equatable, Sendable {
  /// `http1` or `grpc`.
  package var transport: String
  package var host: String
  package var port: UInt16
  /// Of OTLP/HTTP.
  package var path: String

  package static let pathByDefault = "/v1/traces"
  package static let expectation = "http://HOST:4318 or grpc://HOST:4317"

  /// `http://HOST:PORT[/PATH]` or `grpc://HOST:PORT`; nil for what is none. Over HTTP the path is `/v1/traces` unless one is
  /// said (OTLP, "OTLP/HTTP Request").
  package init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[1].isEmpty, ["http:", "grpc:"].contains(parts[0]) else { return nil }
    guard let address = HostAndPort.split(String(parts[2])),
      text.utf8.allSatisfy({ 0x21...0x7e ~= $0 })
    else { return nil }
    let rest = parts.count > 3 ? String(parts[3]) : ""
    transport = parts[0] == "grpc:" ? "grpc" : "http1"
    guard transport == "http1" || rest.isEmpty else { return nil }
    (host, port) = address
    path = rest.isEmpty ? Self.pathByDefault : "/" + rest
  }

  package var text: String {
    transport == "grpc" ? "grpc://\(host):\(port)" : "http://\(host):\(port)\(path)"
  }
}

/// A node whose spans are to be exported.
package struct ExportedNode: Codable, Equatable, Sendable {
  /// The launcher's name for it.
  package var id: Int
  package var pid: Int32
  package var service: String
  package var replica: Int
  /// Names of its callees, in the order of `Service.calleesInOrder`.
  package var callees: [String]
  /// The arm that it belongs to; nil where there is one.
  package var arm: String?

  package init(id: Int, pid: Int32, service: String, replica: Int, callees: [String], arm: String?) {
    self.id = id
    self.pid = pid
    self.service = service
    self.replica = replica
    self.callees = callees
    self.arm = arm
  }
}

package enum ExporterCommand: Codable, Equatable, Sendable {
  case configure(OTLPEndpoint, version: String)
  /// Answered by `attached`.
  case attach([ExportedNode])
  /// What their rings still hold is taken first.
  case detach([Int])
  /// Sends what is left, for at most so long, and ends; answered by `finished`.
  case finish(nanoseconds: Int64)
}

package enum ExporterReport: Codable, Equatable, Sendable {
  case attached
  /// What keeps spans from being taken; said once until it has changed.
  case problem(String)
  case finished(ExportSums)
  case failed(String)
}

/// What became of the spans that rings have handed on.
package struct ExportSums: Codable, Equatable, Sendable {
  /// Taken out of rings.
  package var spans: UInt64 = 0
  /// The receiver has taken them.
  package var accepted: UInt64 = 0
  /// It has said that it does not (`partial_success`).
  package var rejected: UInt64 = 0
  /// Given up, after as many tries as there are, or because nothing could be tried again.
  package var lost: UInt64 = 0
  /// Requests, those that were sent again included.
  package var requests: UInt64 = 0
  package var retries: UInt64 = 0

  package init() {}

  /// `12 000 spans exported, 3 rejected, 512 lost`.
  package var text: String {
    var parts = ["\(accepted) of \(spans) spans exported"]
    if rejected > 0 { parts.append("\(rejected) rejected by the receiver") }
    if lost > 0 { parts.append("\(lost) given up") }
    if retries > 0 { parts.append("\(retries) of \(requests) requests sent again") }
    return parts.joined(separator: ", ")
  }
}
