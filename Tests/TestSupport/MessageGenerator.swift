// Messages of HTTP/1.1 that are nearly right: parts that are mostly good, some of them bad in ways that parsers differ about, and then
// bytes changed at random.

internal import Statistics

package struct MessageGenerator {
  private var random: SeededGenerator

  package init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  package mutating func request() -> [UInt8] {
    var text = chance(0.02) ? "\r\n" : ""
    text += mostly(
      ["POST", "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"],
      [
        "TRACE", "CONNECT", "post", "FETCH", "PURGE", "PRI", "G\tET", "", "POST ", "M-SEARCH",
      ])
    text += mostly([" "], ["  ", "\t", ""])
    text += mostly(
      ["/", "/a/b?c=d", "/?", "/%20a;b=c", "http://b/", "http://b:80/c?d", "*"],
      [
        "", "a", "/a#b", "http://", "http:///", "http://u@b/", "https://[::1]/", "//b/c", "/\u{1}", "/\u{7f}", "/ä",
        "b:80",
        "/a|b^c`{d}\"<>\\", "?a", "http://b?c", "http:b", "ftp+x://b/", "/a b",
      ])
    text += mostly([" "], ["  ", "\t", ""])
    text += mostly(
      ["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0"],
      [
        "HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "http/1.1", "HTTP/1.10", "HTTP/1", "HTTP/1.1 ", "HTTP/3.1", "HTP/1.1", "",
      ])
    text += lineEnd()
    return mutated(finish(&text, isReply: false))
  }

  package mutating func reply() -> [UInt8] {
    var text = mostly(
      ["HTTP/1.1", "HTTP/1.1", "HTTP/1.0"], ["HTTP/2.0", "HTTP/1.3", "http/1.1", "\r\nHTTP/1.1", "ICY"])
    text += mostly([" "], ["  ", ""])
    text += mostly(
      ["200", "204", "304", "404", "500", "100", "103", "301"], ["20", "2000", "099", "600", "1xx", "101"])
    text += mostly([" OK", " ", " Not Found at all", ""], ["  x", "\tOK", " O\u{0}K", " ä", " a\u{1}"])
    text += lineEnd()
    return mutated(finish(&text, isReply: true))
  }

  private mutating func finish(_ text: inout String, isReply: Bool) -> [UInt8] {
    var lines: [String] = []
    if !isReply, !chance(0.03) { lines.append(mostly(["Host: a", "host:a:80"], ["Host: a b", "Host : a", "HOST:"])) }
    var body = ""
    let framing = random.next(below: 10)
    if framing < 4 {
      body = ["", "a", "hello", "0123456789abcdef"][random.next(below: 4)]
      lines.append(
        mostly(
          ["Content-Length: \(body.utf8.count)", "content-length:\t\(body.utf8.count) "],
          [
            "Content-Length: +\(body.utf8.count)", "Content-Length: \(body.utf8.count), \(body.utf8.count)",
            "Content-Length: 00\(body.utf8.count)", "Content-Length:", "Content-Length: -1", "Content-Length: 0x1",
            "Content-Length: 18446744073709551617", "Content-Length: 1 1", "Content-Length: \(body.utf8.count)\r\n ",
            "Content-Length : 1", "Content_Length: 5", "Content-Length: 99999999",
          ]))
    } else if framing < 8 {
      body = chunkedBody()
      lines.append(
        mostly(
          ["Transfer-Encoding: chunked", "transfer-encoding:CHUNKED"],
          [
            "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, gzip", "Transfer-Encoding: gzip",
            "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked;q=1", "Transfer-Encoding: , chunked",
            "Transfer-Encoding: chunked,", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding:",
            "Transfer-Encoding: chun\r\n ked", "Transfer-Encoding: identity", "Transfer-Encoding : chunked",
            "Transfer-Encoding: \u{b}chunked", "Transfer-Encoding: chunked\r\nContent-Length: 3",
          ]))
    }
    for _ in 0..<random.next(below: 5) {
      lines.append(
        mostly(
          [
            "A: b", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "x-y:\t z \t", "Empty:",
            "Accept: */*", "!#$%&'*+-.^_`|~: v", "a:b:c", "Connection: keep-alive", "Connection: close",
            "Connection: a, Close", "Expect: 100-continue",
          ],
          [
            "A : b", " folded", "\tfolded", "no colon", ": empty", "a[b: c", "a: \u{1}", "a: b\u{0}c", "a: b\rc",
            "a: \u{7f}",
            "a: ü", "ä: b", "Expect: tea", "Host: b", "a: b\nc: d", "Upgrade: h2c",
            "Connection: Upgrade\r\nUpgrade: h2c",
            "a\tb: c", "ctxchain: hops=a", "ctxchain-context-bin: *", "a: b\r\n\r", "a: b\u{b}c",
          ]))
    }
    if chance(0.3), !lines.isEmpty { lines.swapAt(random.next(below: lines.count), 0) }
    for line in lines { text += line + lineEnd() }
    text += mostly(["\r\n"], ["\n", "\r", "\r\r\n", " \r\n"])
    text += body
    if chance(0.1) { text += "POST / HTTP/1.1\r\n" }
    return Array(text.utf8)
  }

  private mutating func chunkedBody() -> String {
    var text = ""
    for _ in 0..<random.next(below: 4) {
      let data = ["a", "hello", "0123456789abcdef"][random.next(below: 3)]
      let size = String(data.utf8.count, radix: 16)
      text += mostly(
        [size, "0\(size)", size.uppercased(), "\(size);a=b", "\(size);a", "\(size);a=\"b c\""],
        [
          "\(size) ", " \(size)", "0x\(size)", "-\(size)", "", "\(size) ;a=b", "fffffffffffffffff", "\(size);",
          "\(size)g",
          "\(size);a\u{0}", "\(size);a=b;c", "\(size);a\n", "00000000000000000\(size)", "\(size);a= b", "\(size);\"",
        ])
      text += lineEnd() + data + mostly(["\r\n"], ["\n", "\r", "", "x\r\n"])
    }
    text += mostly(["0", "000", "0;a=b"], ["0 ", "", "-0"]) + lineEnd()
    for _ in 0..<random.next(below: 10) / 7 {
      text += mostly(["A: b"], ["A b", " a", ": b", "a : b", "a: \u{1}"]) + lineEnd()
    }
    return text + mostly(["\r\n"], ["\n", "\r", "", "\r\r\n"])
  }

  /// One of the first, and seldom one of the others.
  private mutating func mostly(_ good: [String], _ bad: [String]) -> String {
    chance(0.03) ? random.element(of: bad) : random.element(of: good)
  }

  private mutating func lineEnd() -> String { mostly(["\r\n"], ["\n", "\r", "\r\r\n", "\n\r", " \r\n"]) }

  private mutating func chance(_ probability: Double) -> Bool { random.chance(probability) }

  private mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
    guard chance(0.25), !bytes.isEmpty else { return bytes }
    var bytes = bytes
    for _ in 0...random.next(below: 2) where !bytes.isEmpty {
      let position = random.next(below: bytes.count)
      switch random.next(below: 6) {
      case 0: bytes[position] = UInt8(truncatingIfNeeded: random.next())
      case 1: bytes[position] ^= 1 << UInt8(random.next(below: 8))
      case 2: bytes.removeLast(bytes.count - position)
      case 3: bytes.insert(contentsOf: bytes[position...].prefix(random.next(below: 16)), at: position)
      case 4: bytes.remove(at: position)
      default: bytes[position] = [0, 9, 10, 13, 32, 44, 58, 59, 127, 128, 255][random.next(below: 11)]
      }
    }
    return bytes
  }
}
