// Servers that are not ours, which tests put behind and between services.

import Foundation
import Testing

/// A program of somebody else's, which a test is skipped without.
func exists(_ path: String) -> Bool { FileManager.default.isReadableFile(atPath: path) }

let h2load = "/usr/bin/h2load"

/// nginx with a configuration of its own in a folder of its own, in the foreground.
struct Nginx {
  static let path = "/usr/sbin/nginx"

  let port: UInt16
  private let program: Program

  /// - Parameters:
  ///   - isHTTP2: it takes connections of HTTP/2.
  ///   - server: what stands in `server`, beside `listen`.
  init(upstream: UInt16? = nil, isHTTP2: Bool = false, _ server: String) throws {
    port = try LocalPort.free()
    let folder = FileManager.default.temporaryDirectory.appending(path: "nginx-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder + "/logs", withIntermediateDirectories: true)
    let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(folder)/\($0);" }
    let upstreamText = upstream.map { "upstream next { server 127.0.0.1:\($0); keepalive 8; }" } ?? ""
    try """
    worker_processes 1; daemon off; pid \(folder)/pid; error_log \(folder)/logs/error.log;
    events { worker_connections 1024; }
    http { access_log off; \(paths.joined(separator: " ")) \(upstreamText)
      server { listen 127.0.0.1:\(port)\(isHTTP2 ? " http2" : ""); \(server) } }
    """.write(toFile: folder + "/nginx.conf", atomically: true, encoding: .utf8)
    program = try Program(["-p", folder, "-c", folder + "/nginx.conf"], command: Self.path)
    let port = port
    try program.until("nginx listens") { LocalPort.isOpen(port) }
  }

  func end() throws {
    program.signal(SIGTERM)
    _ = try program.wait()
  }
}

/// Envoy as a reverse proxy, in the foreground.
struct Envoy {
  static let path = Program.root.appending(path: ".build/envoy-venv/bin/envoy").path

  let port: UInt16
  private let program: Program

  /// - Parameters:
  ///   - isHTTP2: it speaks HTTP/2 to both sides, and otherwise HTTP/1.1.
  ///   - routes: what stands in the configuration of its routes, beside the one route there is.
  init(upstream: UInt16, isHTTP2: Bool = false, routes: String = "") throws {
    port = try LocalPort.free()
    let file = FileManager.default.temporaryDirectory.appending(path: "envoy-\(UUID().uuidString).yaml").path
    let extensions = "type.googleapis.com/envoy.extensions"
    try """
    static_resources:
      listeners:
        - address: {socket_address: {address: 127.0.0.1, port_value: \(port)}}
          filter_chains:
            - filters:
                - name: envoy.filters.network.http_connection_manager
                  typed_config:
                    "@type": \(extensions).filters.network.http_connection_manager.v3.HttpConnectionManager
                    stat_prefix: hop
                    codec_type: \(isHTTP2 ? "HTTP2" : "HTTP1")
                    http_filters:
                      - name: envoy.filters.http.router
                        typed_config: {"@type": \(extensions).filters.http.router.v3.Router}
                    route_config:
                      virtual_hosts:
                        - {name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: next}}]}
                      \(routes)
      clusters:
        - name: next
          \(isHTTP2 ? Self.http2(extensions) : "")
          load_assignment:
            cluster_name: next
            endpoints:
              - lb_endpoints:
                  - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: \(upstream)}}}
    """.write(toFile: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: file) }
    program = try Program(
      ["-c", file, "--disable-hot-restart", "--concurrency", "1", "--log-level", "error"], command: Self.path)
    let port = port
    try program.until("Envoy listens") { LocalPort.isOpen(port) }
  }

  private static func http2(_ extensions: String) -> String {
    "typed_extension_protocol_options: {envoy.extensions.upstreams.http.v3.HttpProtocolOptions: "
      + "{\"@type\": \(extensions).upstreams.http.v3.HttpProtocolOptions, "
      + "explicit_http_config: {http2_protocol_options: {}}}}"
  }

  func end() throws {
    program.signal(SIGKILL)
    _ = try program.wait()
  }
}
