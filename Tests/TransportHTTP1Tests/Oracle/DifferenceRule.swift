// Every way in which our reader and llhttp 8.1, strict, differ, and who is right.

import Foundation
import TransportMessages

struct DifferenceRule: Sendable {
  let name: String
  let explains: @Sendable (Comparison) -> Bool

  init(_ name: String, _ explains: @escaping @Sendable (Comparison) -> Bool) {
    (self.name, self.explains) = (name, explains)
  }

  static let all = stricter + laxer + told

  /// We refuse what llhttp takes, or waits for the rest of.
  private static let stricter = [
    refuses("Host once, and a host (RFC 9112, 3.2); llhttp leaves it to its user", 400, .wrongHost),
    refuses("HTTP/2.0 and 0.9 are 505 (RFC 9110, 15.6.6); llhttp leaves it to its user", 505, .unsupported),
    refuses("an unknown expectation is 417 (RFC 9110, 10.1.1); llhttp leaves it to its user", 417, .unsupported),
    refuses("limits; llhttp has none", 413, .tooLarge),
    DifferenceRule("methods that we do not serve are 501 (RFC 9110, 9.1)") {
      $0.ourRefusal?.status == 501 && !$0.isReply && !$0.matches(/^(\r\n)?(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH)[ ]/)
    },
    DifferenceRule("a coding before chunked is 501 (RFC 9112, 6.1); llhttp leaves it to its user") {
      $0.ourRefusal?.status == 501 && $0.matches(/(?i)transfer-encoding:.*chunked/)
    },
    DifferenceRule("Transfer-Encoding in HTTP/1.0 (RFC 9112, 6.1)") {
      $0.ourRefusal?.fault == .ambiguousLength && $0.matches(/HTTP\/1\.0/) && $0.matches(/(?i)transfer-encoding:/)
    },
    DifferenceRule("a reply whose coding is not chunked, or chunked twice (RFC 9112, 6.1); llhttp reads to the end") {
      $0.ourRefusal?.fault == .ambiguousLength && $0.isReply && $0.matches(/(?i)transfer-encoding:/)
    },
    DifferenceRule("folded lines in a request (RFC 9112, 5.2), taken by llhttp 8 and refused by 9") {
      $0.ourRefusal?.fault == .malformedField && $0.matches(/\r\n[ \t]/)
    },
    DifferenceRule("a field without a name (RFC 9110, 5.1), taken by llhttp 8 and refused by 9") {
      $0.ourRefusal?.fault == .malformedField && $0.matches(/\n:/)
    },
    DifferenceRule("a bare LF for the empty line (RFC 9112, 2.2)") {
      ($0.ourRefusal?.fault == .malformedField || $0.ourRefusal?.fault == .malformedChunk) && $0.matches(/\r\n\n/)
    },
    DifferenceRule("words of our own that cannot be read") {
      $0.ourRefusal?.fault == .malformedField && $0.matches(/(?i)\nctxchain/)
    },
    DifferenceRule("a target that has no form of RFC 9112, 3.2") {
      $0.ourRefusal?.fault == .malformedStartLine && !$0.isReply && isNoTarget($0)
    },
    DifferenceRule("two spaces in the first line (RFC 9112, 3 and 4)") {
      $0.ourRefusal?.fault == .malformedStartLine && $0.matches(/^(\r\n)?[^\r\n]*[ ][ ]/)
    },
    DifferenceRule("empty lines before a request beyond the first (RFC 9112, 2.2), or a bare CR or LF") {
      $0.ourRefusal?.fault == .malformedStartLine && $0.matches(/^(\r\n\r|\n|\r\n\n|\r[^\n])/)
    },
    DifferenceRule("an empty line before a reply (RFC 9112, 2.2 has it for requests alone)") {
      $0.ourRefusal?.fault == .malformedStartLine && $0.isReply && $0.matches(/^[\r\n]/)
    },
    DifferenceRule("a status of other than three digits, or beyond 100 to 599 (RFC 9110, 15)") {
      $0.ourRefusal?.fault == .malformedStartLine && $0.isReply && !$0.matches(/^HTTP\/\d\.\d [1-5]\d\d[ \r]/)
    },
    DifferenceRule("a control character in a reason phrase, or its end without CR (RFC 9112, 4)") {
      $0.ourRefusal?.fault == .malformedStartLine && $0.isReply
        && $0.matches(/^HTTP\/\d\.\d \d\d\d [^\r]*[\x00-\x08\x0a-\x0c\x0e-\x1f\x7f]/)
    },
    DifferenceRule("a first line without a version, or without a space before it (RFC 9112, 3); llhttp takes HTTP/0.9")
    {
      $0.ourRefusal?.fault == .malformedStartLine && !$0.isReply && $0.matches(/^(\r\n)?[A-Z-]+ [^ \r\n]*(\r|\n|$)/)
    },
    DifferenceRule("a bare LF behind the first line (RFC 9112, 2.2), taken by llhttp 8 and refused by 9") {
      $0.ourRefusal?.fault == .malformedStartLine && $0.matches(/^(\r\n)?[^\r\n]*HTTP\/\d\.\d\n/)
    },
    DifferenceRule("another coding alone (RFC 9112, 6.3), which llhttp does not look at where it sees an upgrade") {
      $0.ourRefusal?.fault == .ambiguousLength && $0.matches(/(?i)\nupgrade:/) && $0.matches(/(?i)transfer-encoding:/)
    },
    DifferenceRule("a Transfer-Encoding that names no coding (RFC 9112, 6.3)") {
      $0.ourRefusal?.fault == .ambiguousLength && $0.matches(/(?i)transfer-encoding:[ \t,]*\r\n/)
    },
    DifferenceRule("an extension of a chunk without a name, or the value that it promises (RFC 9112, 7.1.1)") {
      $0.ourRefusal?.fault == .malformedChunk && $0.matches(/\n[0-9a-fA-F]+(;[^\r\n]*)?;([=;\r]|[^\r\n]*=[;\r])/)
    },
    DifferenceRule("DEL in the quoted value of an extension (RFC 9110, 5.6.4)") {
      $0.ourRefusal?.fault == .malformedChunk && $0.matches(/\n[0-9a-fA-F]+;[^\r\n]*\x7f/)
    },
    DifferenceRule("a folded Transfer-Encoding in a reply is one line (RFC 9112, 5.2); llhttp reads to the end") {
      $0.isReply && $0.matches(/(?i)transfer-encoding:[^\n]*\n[ \t]/)
    },
    DifferenceRule("the size of a chunk with more than 16 digits") {
      $0.ourRefusal?.fault == .malformedChunk && $0.matches(/\n0*[0-9a-fA-F]{17,}/)
    },
  ]

  /// We take what llhttp refuses, or wait for the rest of it.
  private static let laxer = [
    DifferenceRule("we look at a line when it has an end, and refuse it then") {
      guard case .refused = $0.oursWhenEnded else { return false }
      return $0.theirRefusal != nil && $0.ours == .needsMore
    },
    DifferenceRule("HTTP/1.2 and later count as 1.1 (RFC 9112, 2.3); llhttp knows 1.0 and 1.1") {
      $0.theirRefusal == "HPE_INVALID_VERSION" && $0.matches(/HTTP\/1\.[2-9]/)
    },
    DifferenceRule("white space around the parts of a chunk's extension (RFC 9112, 7.1.1)") {
      $0.theirRefusal != nil && $0.matches(/\n[0-9a-fA-F]+(;[^\r\n]*)?[ \t]*[;=]?[ \t]*[^\r\n]*\r\n/)
        && $0.matches(/\n[0-9a-fA-F]+([ \t]+;|[^\r\n]*[;=][ \t]|[^\r\n]*[ \t][;=])/)
    },
    DifferenceRule("an extension behind one that has a value (RFC 9112, 7.1.1), which llhttp 8 does not take") {
      $0.theirRefusal != nil && $0.matches(/\n[0-9a-fA-F]+;[^\r\n]*=[^\r\n]*;/)
    },
    DifferenceRule("empty elements of a list (RFC 9110, 5.6.1)") {
      ($0.theirRefusal == "HPE_INVALID_TRANSFER_ENCODING" || $0.isReply)
        && $0.matches(/(?i)transfer-encoding:.*,[ \t]*\r\n/)
    },
    DifferenceRule("a scheme with digits and signs (RFC 3986, 3.1)") {
      $0.theirRefusal == "HPE_INVALID_URL" && $0.matches(/^(\r\n)?[A-Z]+ [A-Za-z][A-Za-z0-9+.-]*:\/\//)
    },
    DifferenceRule("a folded Content-Length in a reply is one line (RFC 9112, 5.2)") {
      $0.isReply && $0.theirRefusal != nil && $0.matches(/(?i)content-length:[^\n]*\n[ \t]/)
    },
    DifferenceRule("a tab behind a value is no part of it (RFC 9112, 5), but is to llhttp 8 in a Content-Length") {
      $0.theirRefusal == "HPE_INVALID_CONTENT_LENGTH" && $0.matches(/(?i)content-length:[ \t]*\d+[ \t]*\t/)
    },
    DifferenceRule("a Content-Length beyond 64 bits, where there is no body (RFC 9112, 6.3)") {
      $0.isReply && $0.theirRefusal == "HPE_INVALID_CONTENT_LENGTH"
    },
  ]

  /// Both take it, and tell it in other words.
  private static let told = [
    DifferenceRule("close wins over keep-alive (RFC 9112, 9.3), in HTTP/1.0 as well") { difference in
      guard let both = difference.bothTake else { return false }
      return both.ours.isLast && !both.theirs.isLast && difference.matches(/HTTP\/1\.0/)
        && difference.matches(/(?i)connection:.*close/) && both.ours.body == both.theirs.body
    },
    DifferenceRule("a folded line in a reply is one with spaces (RFC 9112, 5.2); llhttp drops the line's end") {
      guard let both = $0.bothTake else { return false }
      return $0.isReply && $0.matches(/\r\n[ \t]/) && both.ours.body == both.theirs.body
        && both.ours.size == both.theirs.size
    },
  ]

  private static func refuses(_ name: String, _ status: UInt16, _ fault: TransportFault) -> DifferenceRule {
    DifferenceRule(name) { $0.ourRefusal?.status == status && $0.ourRefusal?.fault == fault }
  }

  /// Written with other means than the reader's.
  private static func isNoTarget(_ comparison: Comparison) -> Bool {
    let start = comparison.bytes.drop { $0 == 13 || $0 == 10 }
    let line = String(decoding: start.prefix { $0 != 13 && $0 != 10 }, as: UTF8.self)
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count >= 2 else { return false }
    let target = words[1]
    if target == "*" { return words[0] != "OPTIONS" }
    if target.contains("#") || target.utf8.contains(where: { $0 < 0x21 || $0 > 0x7e }) { return true }
    return !target.hasPrefix("/")
      && target.wholeMatch(of: /[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\/?:][^\/?]*([\/?].*)?/) == nil
  }
}
