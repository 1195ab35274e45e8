// Real processes over HTTP/1.1: any client is answered, and what is measured is what is measured over frames.

import Foundation
import Testing

private let curlPath = "/usr/bin/curl"

@Suite("HTTP/1.1")
struct HTTP1Tests {
  private let topology = """
    version: 1
    entry: front
    defaults: {strategy: value-chain}
    client: {transport: http1}
    services:
      - {name: front, replicas: 2, script: [call: {service: middle, transport: http1}]}
      - {name: middle, workers: 2, script: [parallel: [call: back, call: {service: side, transport: http1}]]}
      - {name: back}
      - {name: side}
    """

  /// What curl prints, standard output alone.
  private func curl(_ arguments: [String]) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: curlPath)
    process.arguments = ["--silent", "--show-error", "--max-time", "20"] + arguments
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
  }

  @Test(
    "A topology that is up answers curl, whatever it sends, and the requests go to the end of the chain",
    .enabled(if: FileManager.default.isExecutableFile(atPath: curlPath), "curl is missing"))
  func curls() throws {
    let up = try UpProgram(topology)
    let body = up.program.file("body")
    try Data(count: 2_500_000).write(to: URL(filePath: body))
    let url = "http://\(up.address)/any/path?x=1"
    let trace = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    let forms = [
      ["--header", trace, url], ["--http1.0", url], ["--data-binary", "@\(body)", url], ["--request", "DELETE", url],
      ["--data-binary", "@\(body)", "--header", "Transfer-Encoding: chunked", url], ["--http2", url], [url, url],
    ]
    for arguments in forms {
      let output = try curl(["--write-out", "%{http_code}"] + arguments)
      #expect(output.hasPrefix("ctxchain") && output.hasSuffix("200"), "\(arguments): \(output.suffix(100))")
    }
    #expect(try curl(["--head", url]).hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(try curl(["--write-out", "%{http_code}", "--request", "TRACE", url]) == "501")
    try up.until("has heard of all", "side") { $0.deliveries == 9 }
    #expect(try up.end().contains("closed 1 connection of front: 1 unsupported"))
  }

  @Test("A graph of frames and HTTP/1.1, with replicas and workers, is measured and loses nothing")
  func measured() throws {
    let run = try TopologyRun(
      topology, ["--strategies", "baseline,packed,value-chain,map", "--rounds", "1", "--passes", "fidelity,open"])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.error.contains("checked what arrives: as declared in every arm"), "\(run.error)")
    let trials = run.document.list("trials")
    #expect(!trials.isEmpty)
    for trial in trials {
      let ledger = try #require(trial["ledger"] as? [String: Int])
      #expect(ledger["failed"] == 0 && ledger["timedOut"] == 0, "\(ledger)")
    }
  }
}
