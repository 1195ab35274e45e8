// Requests as raw bytes, and what the RFCs say of each.

import Testing
import TransportHTTP1
import TransportMessages

/// Bytes and what becomes of them.
struct RequestVector: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bytes: [UInt8]
  /// Nil: it is taken.
  let refusal: HTTP1Refusal?

  init(_ name: String, _ text: String, _ refusal: HTTP1Refusal? = nil) {
    self.init(name, Array(text.utf8), refusal)
  }

  init(_ name: String, _ bytes: [UInt8], _ refusal: HTTP1Refusal? = nil) {
    testDescription = name
    self.bytes = bytes
    self.refusal = refusal
  }

  private static func lines(_ lines: String...) -> String { lines.joined(separator: "\r\n") + "\r\n\r\n" }
  private static func get(_ lines: String...) -> String {
    (["GET / HTTP/1.1", "Host: a"] + lines).joined(separator: "\r\n") + "\r\n\r\n"
  }
  private static func post(_ lines: String..., body: String) -> String {
    (["POST / HTTP/1.1", "Host: a"] + lines).joined(separator: "\r\n") + "\r\n\r\n" + body
  }
  private static func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked", body: body) }
  private static func many(_ count: Int, _ line: (Int) -> String) -> String {
    "GET / HTTP/1.1\r\nHost: a\r\n" + (0..<count).map { line($0) + "\r\n" }.joined() + "\r\n"
  }

  /// RFC 9112, 2 to 4.
  static let startLines: [RequestVector] = [
    RequestVector("the least request there is", lines("GET / HTTP/1.1", "Host:")),
    RequestVector("every method that is served: PUT", lines("PUT /a HTTP/1.1", "Host: a")),
    RequestVector("DELETE", lines("DELETE /a HTTP/1.1", "Host: a")),
    RequestVector("PATCH", lines("PATCH /a HTTP/1.1", "Host: a")),
    RequestVector("HEAD", lines("HEAD /a HTTP/1.1", "Host: a")),
    RequestVector("OPTIONS of the server", lines("OPTIONS * HTTP/1.1", "Host: a")),
    RequestVector("a star is no target of others", lines("GET * HTTP/1.1", "Host: a"), .startLine),
    RequestVector("CONNECT (RFC 9110, 9.3.6)", lines("CONNECT a:80 HTTP/1.1", "Host: a"), .method),
    RequestVector("TRACE (RFC 9110, 9.3.8)", lines("TRACE / HTTP/1.1", "Host: a"), .method),
    RequestVector("a method that nobody knows", lines("FETCH / HTTP/1.1", "Host: a"), .method),
    RequestVector("methods tell case apart (RFC 9110, 9.1)", lines("get / HTTP/1.1", "Host: a"), .method),
    RequestVector("no method", lines(" / HTTP/1.1", "Host: a"), .startLine),
    RequestVector("a method with a separator", lines("GE(T / HTTP/1.1", "Host: a"), .startLine),
    RequestVector("no target", lines("GET HTTP/1.1", "Host: a"), .startLine),
    RequestVector("an empty target", lines("GET  HTTP/1.1", "Host: a"), .startLine),
    RequestVector("two spaces before the version (3)", lines("GET /  HTTP/1.1", "Host: a"), .startLine),
    RequestVector("a tab for a space (3)", lines("GET\t/ HTTP/1.1", "Host: a"), .startLine),
    RequestVector("a space behind the version", lines("GET / HTTP/1.1 ", "Host: a"), .startLine),
    RequestVector("no version: HTTP/0.9", "GET /\r\n\r\n", .startLine),
    RequestVector("a version in lower case (2.3)", lines("GET / http/1.1", "Host: a"), .startLine),
    RequestVector("a version of two digits", lines("GET / HTTP/1.10", "Host: a"), .startLine),
    RequestVector("a version without a point", lines("GET / HTTP/1-1", "Host: a"), .startLine),
    RequestVector("HTTP/2.0 (RFC 9110, 15.6.6)", lines("GET / HTTP/2.0", "Host: a"), .version),
    RequestVector("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .version),
    RequestVector("HTTP/0.9 by name", lines("GET / HTTP/0.9", "Host: a"), .version),
    RequestVector("HTTP/1.2 counts as 1.1 (2.3)", lines("GET / HTTP/1.2", "Host: a")),
    RequestVector("HTTP/1.0 without Host", lines("GET / HTTP/1.0")),
    RequestVector("one empty line before (2.2)", "\r\n" + get()),
    RequestVector("two empty lines before", "\r\n\r\n" + get(), .startLine),
    RequestVector("a bare LF before", "\n" + get(), .startLine),
    RequestVector("a CR before that stands alone", "\r" + get(), .startLine),
    RequestVector("bare LF behind the first line (2.2)", "GET / HTTP/1.1\nHost: a\r\n\r\n", .startLine),
    RequestVector("bare CR behind the first line", "GET / HTTP/1.1\rHost: a\r\n\r\n", .startLine),
    RequestVector("absolute-form (3.2.2)", lines("GET http://b:80/a?b HTTP/1.1", "Host: a")),
    RequestVector("absolute-form without a path", lines("GET http://b HTTP/1.1", "Host: a")),
    RequestVector("absolute-form to an address", lines("GET http://[::1]:80/ HTTP/1.1", "Host: a")),
    RequestVector(
      "absolute-form without a host (RFC 9110, 4.2.1)", lines("GET http:/// HTTP/1.1", "Host: a"), .startLine),
    RequestVector("absolute-form with a port alone", lines("GET http://:80/ HTTP/1.1", "Host: a"), .startLine),
    RequestVector("absolute-form with a user (RFC 9110, 4.2.4)", lines("GET http://u@b/ HTTP/1.1", "Host: a"), .host),
    RequestVector("authority-form is CONNECT's alone (3.2.3)", lines("GET a:80 HTTP/1.1", "Host: a"), .startLine),
    RequestVector("a path that is not absolute", lines("GET a/b HTTP/1.1", "Host: a"), .startLine),
    RequestVector("a fragment (3.2)", lines("GET /a#b HTTP/1.1", "Host: a"), .startLine),
    RequestVector("a control character in the target", lines("GET /\u{1} HTTP/1.1", "Host: a"), .startLine),
    RequestVector("a letter beyond ASCII in the target", lines("GET /ä HTTP/1.1", "Host: a"), .startLine),
    RequestVector(
      "a target of 8000 bytes (3)", lines("GET /\(String(repeating: "a", count: 7999)) HTTP/1.1", "Host: a")),
    RequestVector(
      "a target that is too long (3)", lines("GET /\(String(repeating: "a", count: 16 << 10)) HTTP/1.1", "Host: a"),
      .longTarget),
    RequestVector("a long target that never ends", "GET /" + String(repeating: "a", count: 17 << 10), .longTarget),
    RequestVector("a long method that never ends", String(repeating: "A", count: 17 << 10), .longTarget),
    RequestVector("a frame of this program", [28, 0, 0, 0, 2] + [UInt8](repeating: 0, count: 27), .startLine),
    RequestVector("TLS", [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc], .startLine),
  ]

  /// RFC 9112, 5, and RFC 9110, 5.
  static let fields: [RequestVector] = [
    RequestVector("space before the colon (5.1)", get("A : b"), .field),
    RequestVector("tab before the colon", get("A\t: b"), .field),
    RequestVector("a folded line (5.2)", get("A: b", " c"), .field),
    RequestVector("a folded line with a tab", get("A: b", "\tc"), .field),
    RequestVector("a folded Content-Length", post("Content-Length: 1", " 0", body: "0123456789"), .field),
    RequestVector("white space before the first field (2.2)", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", .field),
    RequestVector("no colon", get("A b"), .field),
    RequestVector("no name", get(": b"), .field),
    RequestVector("a name with a separator", get("A[]: b"), .field),
    RequestVector("a name beyond ASCII", get("Ä: b"), .field),
    RequestVector("an empty value", get("A:")),
    RequestVector("white space around a value", get("A: \t b \t ")),
    RequestVector("a colon in a value", get("A: b: c")),
    RequestVector("bytes beyond ASCII in a value (RFC 9110, 5.5)", get("A: \u{fc}")),
    RequestVector("a tab in a value", get("A: b\tc")),
    RequestVector("NUL in a value (RFC 9110, 5.5)", get("A: b\u{0}c"), .field),
    RequestVector("a control character in a value", get("A: b\u{1}c"), .field),
    RequestVector("DEL in a value", get("A: b\u{7f}c"), .field),
    RequestVector("bare CR in a value (RFC 9110, 5.5)", get("A: b\rc"), .field),
    RequestVector("bare LF in a value", get("A: b\nC: d"), .field),
    RequestVector("bare LF for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", .field),
    RequestVector("CR and another byte for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\rX", .field),
    RequestVector("as many fields as a context has", many(256) { "a\($0): b" }),
    RequestVector("too many fields (RFC 6585, 5)", many(288) { "a\($0): b" }, .fields),
    RequestVector("fields of 64 KiB", many(1) { _ in "a: \(String(repeating: "b", count: 65_000))" }),
    RequestVector("a field that is too long", many(1) { _ in "a: \(String(repeating: "b", count: 65_536))" }, .fields),
    RequestVector(
      "fields that are too long together", many(100) { "a\($0): \(String(repeating: "b", count: 700))" }, .fields),
    RequestVector(
      "a field that never ends", "GET / HTTP/1.1\r\na: " + String(repeating: "b", count: 81 << 10), .fields),
    RequestVector(
      "a name that never ends", "GET / HTTP/1.1\r\n" + String(repeating: "b", count: 81 << 10), .fields),
    RequestVector("no Host (3.2)", lines("GET / HTTP/1.1"), .host),
    RequestVector("two Hosts", get("Host: a"), .host),
    RequestVector("two Hosts in HTTP/1.0", lines("GET / HTTP/1.0", "Host: a", "Host: a"), .host),
    RequestVector("a Host with a path", lines("GET / HTTP/1.1", "Host: a/b"), .host),
    RequestVector("a Host with a user", lines("GET / HTTP/1.1", "Host: a@b"), .host),
    RequestVector("a Host with a space", lines("GET / HTTP/1.1", "Host: a b"), .host),
    RequestVector("two hosts in one Host", lines("GET / HTTP/1.1", "Host: a b,c"), .host),
    RequestVector("a Host whose port is none", lines("GET / HTTP/1.1", "Host: a:b"), .host),
    RequestVector("a Host with two ports", lines("GET / HTTP/1.1", "Host: a:1:2"), .host),
    RequestVector("a Host with a port", lines("GET / HTTP/1.1", "Host: a:1")),
    RequestVector("a Host that is an address", lines("GET / HTTP/1.1", "Host: [2001:db8::1]:80")),
    RequestVector("an address without its end", lines("GET / HTTP/1.1", "Host: [2001:db8::1"), .host),
    RequestVector("a Host with an escape", lines("GET / HTTP/1.1", "Host: a%20b")),
    RequestVector("a Host with half an escape", lines("GET / HTTP/1.1", "Host: a%2"), .host),
    RequestVector("an absolute-form has a Host, too (3.2.2)", lines("GET http://b/ HTTP/1.1"), .host),
    RequestVector("an expectation (RFC 9110, 10.1.1)", post("Expect: 100-Continue", "Content-Length: 1", body: "a")),
    RequestVector("another expectation", get("Expect: tea"), .expectation),
    RequestVector("an expectation in HTTP/1.0 is nothing", lines("GET / HTTP/1.0", "Expect: tea")),
    RequestVector(
      "an upgrade is no matter (RFC 9110, 7.8)", get("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c")),
  ]

  /// RFC 9112, 6 and 7.
  static let bodies: [RequestVector] = [
    RequestVector("a length", post("Content-Length: 3", body: "abc")),
    RequestVector("no length is no body (6.3)", get()),
    RequestVector("a length of zeros", post("Content-Length: 0003", body: "abc")),
    RequestVector("a length with a sign (6.3)", post("Content-Length: +2", body: "ab"), .length),
    RequestVector("a negative length", post("Content-Length: -1", body: ""), .length),
    RequestVector("a length in hexadecimal", post("Content-Length: 0x2", body: "ab"), .length),
    RequestVector("a length with a word behind", post("Content-Length: 2 a", body: "ab"), .length),
    RequestVector("an empty length", post("Content-Length:", body: ""), .length),
    RequestVector("a list of equal lengths", post("Content-Length: 2, 2", body: "ab"), .length),
    RequestVector("a list of lengths", post("Content-Length: 2, 3", body: "abc"), .length),
    RequestVector("two lengths", post("Content-Length: 2", "Content-Length: 3", body: "abc"), .length),
    RequestVector(
      "two equal lengths (may be refused)", post("Content-Length: 2", "Content-Length: 2", body: "ab"), .length),
    RequestVector("a length beyond 64 bits", post("Content-Length: 18446744073709551618", body: "ab"), .body),
    RequestVector("a length that is too large (RFC 9110, 15.5.14)", post("Content-Length: 16777217", body: ""), .body),
    RequestVector(
      "Content-Length and Transfer-Encoding (6.1)",
      post("Content-Length: 5", "Transfer-Encoding: chunked", body: "0\r\n\r\n"), .length),
    RequestVector(
      "the same the other way round",
      post("Transfer-Encoding: chunked", "Content-Length: 5", body: "0\r\n\r\n"), .length),
    RequestVector("chunked and then another coding (6.3)", post("Transfer-Encoding: chunked, gzip", body: ""), .length),
    RequestVector("another coding alone", post("Transfer-Encoding: gzip", body: ""), .length),
    RequestVector("identity", post("Transfer-Encoding: identity", body: ""), .length),
    RequestVector("nearly chunked", post("Transfer-Encoding: xchunked", body: "0\r\n\r\n"), .length),
    RequestVector("chunked with a parameter", post("Transfer-Encoding: chunked;a=b", body: "0\r\n\r\n"), .length),
    RequestVector(
      "a coding before chunked (6.1)", post("Transfer-Encoding: gzip, chunked", body: "0\r\n\r\n"), .coding),
    RequestVector(
      "the same over two lines",
      post("Transfer-Encoding: gzip", "Transfer-Encoding: chunked", body: "0\r\n\r\n"), .coding),
    RequestVector("chunked twice (6.1)", post("Transfer-Encoding: chunked, chunked", body: "0\r\n\r\n"), .length),
    RequestVector(
      "chunked twice over two lines",
      post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body: "0\r\n\r\n"), .length),
    RequestVector("an empty Transfer-Encoding", post("Transfer-Encoding:", body: ""), .length),
    RequestVector("chunked in capitals (RFC 9110, 7)", post("Transfer-Encoding: CHUNKED", body: "0\r\n\r\n")),
    RequestVector("chunked with a vertical tab before it", post("Transfer-Encoding: \u{b}chunked", body: ""), .field),
    RequestVector(
      "Transfer-Encoding in HTTP/1.0 (6.1)",
      lines("POST / HTTP/1.0", "Host: a", "Transfer-Encoding: chunked") + "0\r\n\r\n", .length),
    RequestVector("chunks", chunked("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")),
    RequestVector("chunks with extensions (7.1.1)", chunked("3;a=b\r\nabc\r\n0 ;c=\"d\"\r\n\r\n")),
    RequestVector("chunks and trailers (7.1.2)", chunked("1\r\na\r\n0\r\nA: b\r\nContent-Length: 7\r\n\r\n")),
    RequestVector("sizes of sixteen digits", chunked("0000000000000001\r\na\r\n000\r\n\r\n")),
    RequestVector("a size of seventeen digits", chunked("00000000000000001\r\na\r\n0\r\n\r\n"), .chunk),
    RequestVector("a size that is too large", chunked("1000001\r\n"), .body),
    RequestVector("a size beyond 63 bits", chunked("ffffffffffffffff\r\n"), .body),
    RequestVector("a size with 0x", chunked("0x1\r\na\r\n0\r\n\r\n"), .chunk),
    RequestVector("a negative size", chunked("-1\r\na\r\n0\r\n\r\n"), .chunk),
    RequestVector("no size", chunked("\r\na\r\n0\r\n\r\n"), .chunk),
    RequestVector("a size with a space before", chunked(" 1\r\na\r\n0\r\n\r\n"), .chunk),
    RequestVector("a size with a space behind", chunked("1 \r\na\r\n0\r\n\r\n"), .chunk),
    RequestVector("bare LF behind a size", chunked("1\na\r\n0\r\n\r\n"), .chunk),
    RequestVector("bare LF behind data", chunked("1\r\na\n0\r\n\r\n"), .chunk),
    RequestVector("bare CR in an extension", chunked("1;a\rb\r\na\r\n0\r\n\r\n"), .chunk),
    RequestVector("NUL in an extension", chunked("1;a\u{0}\r\na\r\n0\r\n\r\n"), .chunk),
    RequestVector("data that are longer than their size", chunked("1\r\nab\r\n0\r\n\r\n"), .chunk),
    RequestVector("an extension that never ends", chunked("1;" + String(repeating: "a", count: 300)), .chunk),
    RequestVector("a trailer that is none", chunked("0\r\nA b\r\n\r\n"), .field),
    RequestVector("a folded trailer", chunked("0\r\nA: b\r\n c\r\n\r\n"), .field),
    RequestVector("bare LF behind trailers", chunked("0\r\nA: b\n\r\n"), .chunk),
    RequestVector("trailers without end", chunked("0\r\n" + String(repeating: "a: b\r\n", count: 2000)), .fields),
  ]

  /// Words of this program.
  static let words: [RequestVector] = [
    RequestVector("all that can be said", get("ctxchain: hops=5, deadline=25000, echo, stages, abandoned")),
    RequestVector("a key that nobody knows", get("ctxchain: hops=5, colour=\"blue\", size=3")),
    RequestVector("two lines are one (RFC 9651, 4.2)", get("ctxchain: hops=5", "ctxchain: deadline=3")),
    RequestVector("hops that are none", get("ctxchain: hops=a"), .field),
    RequestVector("hops that are too many", get("ctxchain: hops=65536"), .field),
    RequestVector("hops and a deadline that are none", get("ctxchain: hops=5, deadline=x"), .field),
    RequestVector("a deadline with a comma behind", get("ctxchain: hops=5, deadline=7,"), .field),
    RequestVector("a number of many digits", get("ctxchain: hops=00000000000000005")),
    RequestVector("hops without a number", get("ctxchain: hops"), .field),
    RequestVector("a deadline that is too long", get("ctxchain: deadline=4294967296"), .field),
    RequestVector("a negative deadline", get("ctxchain: deadline=-1"), .field),
    RequestVector("a flag with a number", get("ctxchain: echo=1"), .field),
    RequestVector("a comma at the end", get("ctxchain: echo,"), .field),
    RequestVector("a key in capitals", get("ctxchain: Echo"), .field),
    RequestVector("no comma", get("ctxchain: echo stages"), .field),
    RequestVector("binary", get("ctxchain-context-bin: AAECAw==")),
    RequestVector("binary without padding", get("ctxchain-context-bin: AAECAw")),
    RequestVector("binary that is none", get("ctxchain-context-bin: AA*CAw"), .field),
    RequestVector("binary of five characters", get("ctxchain-context-bin: AAECA"), .field),
    RequestVector("two binary sections", get("ctxchain-context-bin: AA==", "ctxchain-context-bin: AA=="), .field),
  ]

  /// Contexts at the front of a body.
  static let bodyContexts: [RequestVector] = [
    RequestVector(
      "lines and bytes, then a payload",
      post("ctxchain-context-body: 0014, 3", "Content-Length: 19", body: "A: 1\r\nbb:\t2 \r\n\u{1}\u{0}\rhi")),
    RequestVector("nothing at all", post("ctxchain-context-body: 0,0", "Content-Length: 0", body: "")),
    RequestVector(
      "in chunks, wherever they end",
      post(
        "ctxchain-context-body: 6, 2", "Transfer-Encoding: chunked",
        body: "3\r\na: \r\n5\r\n1\r\nxy\r\n1\r\nz\r\n0\r\n\r\n")),
    RequestVector(
      "words of HTTP in it mean nothing",
      post(
        "ctxchain-context-body: 41, 0", "Content-Length: 41",
        body: "content-length: 9\r\nhost: b\r\nexpect: dog\r\n")),
    RequestVector(
      "more than there is", post("ctxchain-context-body: 6, 3", "Content-Length: 8", body: "a: 1\r\nhi"), .field),
    RequestVector(
      "a line that goes on behind it", post("ctxchain-context-body: 5, 0", "Content-Length: 6", body: "a: 1\r\n"),
      .field),
    RequestVector(
      "a line without an end", post("ctxchain-context-body: 4, 2", "Content-Length: 6", body: "a: 1\r\n"), .field),
    RequestVector(
      "an empty line", post("ctxchain-context-body: 8, 0", "Content-Length: 8", body: "a: 1\r\n\r\n"), .field),
    RequestVector(
      "a name that is none", post("ctxchain-context-body: 7, 0", "Content-Length: 7", body: "a b: 1\r\n"), .field),
    RequestVector(
      "a control character", post("ctxchain-context-body: 7, 0", "Content-Length: 7", body: "a: \u{0}1\r\n"), .field),
    RequestVector("one number", post("ctxchain-context-body: 6", "Content-Length: 6", body: "a: 1\r\n"), .field),
    RequestVector("no number", post("ctxchain-context-body: , 0", "Content-Length: 6", body: "a: 1\r\n"), .field),
    RequestVector(
      "three numbers", post("ctxchain-context-body: 6, 0, 0", "Content-Length: 6", body: "a: 1\r\n"), .field),
    RequestVector(
      "a number below nothing", post("ctxchain-context-body: 6, -0", "Content-Length: 6", body: "a: 1\r\n"), .field),
    RequestVector(
      "numbers that no word holds",
      post(
        "ctxchain-context-body: 9223372036854775807, 9223372036854775807", "Content-Length: 6", body: "a: 1\r\n"),
      .field),
    RequestVector(
      "the header twice",
      post("ctxchain-context-body: 6, 0", "ctxchain-context-body: 6, 0", "Content-Length: 6", body: "a: 1\r\n"), .field),
    RequestVector(
      "a binary section in the head as well",
      post("ctxchain-context-body: 6, 0", "ctxchain-context-bin: AAAA", "Content-Length: 6", body: "a: 1\r\n"), .field),
    RequestVector(
      "too many lines",
      post(
        "ctxchain-context-body: 1500, 0", "Content-Length: 1500", body: String(repeating: "a:1\r\n", count: 300)),
      .fields),
  ]

  static let all = startLines + fields + bodies + words + bodyContexts
}
