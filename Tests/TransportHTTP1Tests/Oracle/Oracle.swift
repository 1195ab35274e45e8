// llhttp, the parser of Node.js, as a second opinion: built strict from Debian's sources (package node-llhttp), and loaded.

import Foundation

/// What llhttp says of the first message in bytes.
enum OracleOutcome: Equatable {
  case needsMore
  case message(OracleMessage)
  case refused(String)
}

struct OracleMessage: Equatable {
  var size: Int
  var isLast: Bool
  var fields: [String]
  var body: [UInt8]
}

/// One thread uses it.
final class Oracle {
  private typealias Parse =
    @convention(c) (
      Int32, UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<Int>
    ) -> Int32

  private let library: UnsafeMutableRawPointer
  private let parse: Parse
  private let log = UnsafeMutablePointer<UInt8>.allocate(capacity: 1 << 20)
  private let sizes = UnsafeMutablePointer<Int>.allocate(capacity: 4)

  private static let sources = "/usr/share/llhttp"
  private static let headers = "/usr/share/include/llhttp"

  /// Why there is none; nil when there is.
  static var reasonForAbsence: String? {
    for file in ["\(sources)/llhttp.c", "\(headers)/llhttp.h"] where !FileManager.default.fileExists(atPath: file) {
      return "\(file) is missing: install node-llhttp"
    }
    return FileManager.default.isExecutableFile(atPath: "/usr/bin/cc") ? nil : "there is no cc"
  }

  init() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "llhttp-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let source = folder.appending(path: "oracle.c")
    try Oracle.wrapper.write(to: source, atomically: true, encoding: .utf8)
    let output = folder.appending(path: "oracle.so")
    let compiler = Process()
    compiler.executableURL = URL(filePath: "/usr/bin/cc")
    compiler.arguments = [
      "-shared", "-fPIC", "-O2", "-w", "-DLLHTTP_STRICT_MODE=1", "-I", Oracle.headers, source.path,
      "\(Oracle.sources)/llhttp.c", "\(Oracle.sources)/http.c", "\(Oracle.sources)/api.c", "-o", output.path,
    ]
    try compiler.run()
    compiler.waitUntilExit()
    guard compiler.terminationStatus == 0, let library = dlopen(output.path, RTLD_NOW),
      let symbol = dlsym(library, "oracle_parse")
    else { throw OracleError() }
    self.library = library
    parse = unsafeBitCast(symbol, to: Parse.self)
  }

  deinit {
    log.deallocate()
    sizes.deallocate()
    dlclose(library)
  }

  struct OracleError: Error {}

  func first(in bytes: [UInt8], isReply: Bool, closing: Bool = false) -> OracleOutcome {
    let result = bytes.withUnsafeBufferPointer {
      parse(isReply ? closing ? 2 : 1 : 0, $0.baseAddress, $0.count, log, sizes)
    }
    switch result {
    case 0: return .needsMore
    case 1:
      // Name and value by turns, each ended by LF; then the body.
      let parts = UnsafeBufferPointer(start: log, count: sizes[1]).split(
        separator: 10, omittingEmptySubsequences: false)
      var fields: [String] = []
      for index in stride(from: 0, to: parts.count - 1, by: 2) {
        let name = String(decoding: parts[index], as: UTF8.self).lowercased()
        let value = parts[index + 1].drop { $0 == 32 || $0 == 9 }
        let end = value.lastIndex { $0 != 32 && $0 != 9 }.map { $0 + 1 } ?? value.startIndex
        fields.append("\(name)=\(String(decoding: value[..<end], as: UTF8.self))")
      }
      let body = UnsafeBufferPointer(start: log + sizes[1], count: sizes[2])
      return .message(OracleMessage(size: sizes[0], isLast: sizes[3] == 0, fields: fields, body: Array(body)))
    default: return .refused(String(decoding: UnsafeBufferPointer(start: log, count: sizes[1]), as: UTF8.self))
    }
  }

  private static let wrapper = #"""
    #include <llhttp.h>
    #include <string.h>
    struct log { unsigned char *at; size_t fields, body; int complete, hasName, hasValue, inTrailers; };
    static int put(llhttp_t *p, const char *at, size_t n) {
      struct log *l = p->data;
      if (l->fields + n < (1 << 19)) { memcpy(l->at + l->fields, at, n); l->fields += n; }
      return 0;
    }
    static int field(llhttp_t *p, const char *at, size_t n) {
      struct log *l = p->data;
      if (l->inTrailers) return 0;
      if (l->hasValue) { put(p, "\n", 1); l->hasValue = 0; l->hasName = 0; }
      l->hasName = 1;
      return put(p, at, n);
    }
    static int field_end(llhttp_t *p) {
      struct log *l = p->data;
      if (l->inTrailers) return 0;
      if (l->hasValue) { put(p, "\n", 1); l->hasValue = 0; }
      put(p, "\n", 1);
      l->hasValue = 1; l->hasName = 0;
      return 0;
    }
    static int value(llhttp_t *p, const char *at, size_t n) {
      struct log *l = p->data;
      return l->inTrailers ? 0 : put(p, at, n);
    }
    static int head(llhttp_t *p) {
      struct log *l = p->data;
      if (l->hasValue) put(p, "\n", 1);
      l->hasValue = 0;
      l->inTrailers = 1;
      // It leaves to its user which replies have no body: RFC 9112, 6.3.
      return p->type == HTTP_RESPONSE && (p->status_code < 200 || p->status_code == 204 || p->status_code == 304);
    }
    static int body(llhttp_t *p, const char *at, size_t n) {
      struct log *l = p->data;
      if (l->body + n < (1 << 19)) { memcpy(l->at + (1 << 19) + l->body, at, n); l->body += n; }
      return 0;
    }
    static int complete(llhttp_t *p) {
      struct log *l = p->data;
      l->complete = 1;
      return HPE_PAUSED;
    }
    int oracle_parse(int side, const unsigned char *bytes, size_t count, unsigned char *out, size_t *sizes) {
      llhttp_settings_t settings;
      llhttp_settings_init(&settings);
      settings.on_header_field = field;
      settings.on_header_field_complete = field_end;
      settings.on_header_value = value;
      settings.on_headers_complete = head;
      settings.on_body = body;
      settings.on_message_complete = complete;
      struct log log = {out, 0, 0, 0, 0, 0, 0};
      llhttp_t parser;
      llhttp_init(&parser, side ? HTTP_RESPONSE : HTTP_REQUEST, &settings);
      parser.data = &log;
      enum llhttp_errno error = llhttp_execute(&parser, (const char *)bytes, count);
      size_t used = count;
      if (error != HPE_OK) used = llhttp_get_error_pos(&parser) - (const char *)bytes;
      if (error == HPE_OK && side == 2 && !log.complete) {
        error = llhttp_finish(&parser);
        if (error != HPE_OK && !log.complete) error = HPE_INVALID_EOF_STATE;
      }
      if (log.complete && (error == HPE_OK || error == HPE_PAUSED || error == HPE_PAUSED_UPGRADE)) {
        memmove(out + log.fields, out + (1 << 19), log.body);
        sizes[0] = used; sizes[1] = log.fields; sizes[2] = log.body; sizes[3] = llhttp_should_keep_alive(&parser);
        return 1;
      }
      if (error == HPE_OK || error == HPE_INVALID_EOF_STATE) return 0;
      const char *name = llhttp_errno_name(error);
      sizes[1] = strlen(name);
      memcpy(out, name, sizes[1]);
      return 2;
    }
    """#
}
