// One connection of a scraper, or of what asks whether a node is ready: HTTP/1.1 by the parser that services have, GET and HEAD
// of /metrics, /ready and /healthz, and nothing else.

internal import Bytes
internal import EventLoop
internal import TransportHTTP1

final class ScrapeConnection: ConnectionDelegate {
  /// Bytes of a request, body included: a scrape has a few hundred.
  static let requestSizeMax = 16 << 10

  private let connection: Connection
  private unowned let listener: ScrapeListener
  private let reader = HTTP1Reader(.requests)
  /// When bytes came or an answer began.
  private(set) var activity: Int64
  /// Of a request that is not all there.
  private var requestStart: Int64?
  private var answerStart: Int64?

  init(_ connection: Connection, listener: ScrapeListener, now: Int64) {
    self.connection = connection
    self.listener = listener
    activity = now
    connection.start(delegate: self)
  }

  deinit { reader.deallocate() }

  var isOpen: Bool { connection.isOpen }

  func close() { connection.close() }

  /// Ends it when a request, its answer or the next request is overdue.
  func check(now: Int64) {
    if connection.output.isEmpty { answerStart = nil }
    if let answerStart, now - answerStart > ScrapeListener.answerTime {
      close()
    } else if let requestStart, now - requestStart > ScrapeListener.requestTime {
      refuse(.stalled)
    } else if now - activity > ScrapeListener.idleTime {
      close()
    }
  }

  func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    activity = connection.loop.now
    var used = 0
    while used < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[used...])
      switch reader.read(rest) {
      case .needsMore:
        guard rest.count <= Self.requestSizeMax else {
          refuse(.fields)
          return bytes.count
        }
        requestStart = requestStart ?? activity
        return used
      case .refused(let refusal):
        refuse(refusal)
        return bytes.count
      case .message(let size):
        requestStart = nil
        // Whoever asks again and again and reads nothing is not answered for ever.
        guard size <= Self.requestSizeMax, connection.output.count < Connection.outputSizeMax else {
          refuse(.body)
          return bytes.count
        }
        answer()
        used += size
        guard !reader.head.pointee.isLast else {
          connection.finish()
          return bytes.count
        }
      }
    }
    return used
  }

  func connection(_ connection: Connection, didCloseWith error: Int32) {}

  // MARK: Answers

  private func answer() {
    // The line has been checked: two words and the version.
    let start = UnsafeRawPointer(reader.head.pointee.base)
    let line = UnsafeRawBufferPointer(start: start, count: reader.head.pointee.size).prefix { $0 != 0x0d }
    let words = String(decoding: line, as: UTF8.self).split(separator: " ")
    let path = Self.path(of: words[1])
    guard ["/metrics", "/ready", "/healthz"].contains(path) else {
      return write("404 Not Found", line: "Metrics are at /metrics.")
    }
    guard words[0] == "GET" || words[0] == "HEAD" else {
      return write("405 Method Not Allowed", line: "Only GET and HEAD.", more: "allow: GET, HEAD\r\n")
    }
    switch path {
    case "/ready":
      let readiness = listener.readiness()
      write(readiness.isReady ? "200 OK" : "503 Service Unavailable", line: readiness.text)
    case "/healthz": write("200 OK", line: "ok")
    default: write("200 OK", "text/plain; version=0.0.4; charset=utf-8", listener.makeText())
    }
  }

  private func write(_ status: String, line: String, more: String = "") {
    write(status, "text/plain; charset=utf-8", Array((line + "\n").utf8), more: more)
  }

  /// Of a target, which may be a whole URL (RFC 9112, 3.2.2), without its query.
  private static func path(of target: Substring) -> Substring {
    var path = target.prefix { $0 != "?" }
    if !path.hasPrefix("/"), let scheme = path.firstRange(of: "://") {
      path = path[scheme.upperBound...].drop { $0 != "/" }
    }
    return path
  }

  private func write(_ status: String, _ type: String, _ body: [UInt8], more: String = "") {
    var date = [UInt8](repeating: 0, count: HTTP1Date.size)
    date.withUnsafeMutableBytes { HTTP1Date.write(connection.loop.wallSeconds, to: $0.baseAddress!) }
    let head = reader.head.pointee
    let persistence =
      head.isLast ? "connection: close\r\n" : head.minorVersion == 0 ? "connection: keep-alive\r\n" : ""
    let text =
      "HTTP/1.1 \(status)\r\ndate: \(String(decoding: date, as: UTF8.self))\r\n\(more)\(persistence)"
      + "content-type: \(type)\r\ncontent-length: \(body.count)\r\n\r\n"
    Array(text.utf8).withUnsafeBytes { connection.output.append($0) }
    if !head.isHead { body.withUnsafeBytes { connection.output.append($0) } }
    answerStart = answerStart ?? connection.loop.now
    connection.send()
  }

  private func refuse(_ refusal: HTTP1Refusal) {
    HTTP1ReplyWriter.write(refusal, date: connection.loop.wallSeconds, to: connection.output)
    connection.send()
    requestStart = nil
    connection.finish()
  }
}
