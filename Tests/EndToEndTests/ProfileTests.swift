// `ctxchain profile` as a user runs it: real processes, sampled while they work.

import Foundation
import Testing

@Suite("Profile")
struct ProfileTests {
  private func profile(_ arguments: [String]) throws -> (document: ResultDocument, program: Program) {
    let program = try Program(["profile", "--json", "-"] + arguments)
    #expect(try program.wait() == 0, "\(program.error)")
    #expect(program.children.isEmpty)
    return (try ResultDocument(path: program.file("out")), program)
  }

  /// `caller` and `function` of a node's call sites.
  private func names(_ node: [String: Any], _ kind: String) -> [String] {
    (node[kind] as? [[String: Any]] ?? []).map { "\($0["caller"] ?? "") \($0["function"] ?? "")" }
  }

  @Test("Both nodes of a chain are sampled, and what map allocates is found where its code is")
  func map() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "stacks-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let (document, program) = try profile([
      "-n", "2", "--strategy", "map", "-d", "1s", "--top", "5", "--folded", folder.path,
    ])
    guard document.root["sampler"] as? String != "none" else { return }
    let nodes = document.list("nodes")
    #expect(nodes.map { $0["service"] as? String } == ["s1", "s2"])
    for node in nodes {
      let service = try #require(node["service"] as? String)
      #expect(try #require(node["cpuSamples"] as? Int) > 0)
      #expect(try #require(node["allocations"] as? Int) > 1000)
      let sites = names(node, "allocationSites")
      #expect(sites.count == 5)
      #expect(sites.prefix(3).contains { $0.contains("Propagation.") || $0.contains("Context.") }, "\(sites)")
      // What is sampled is what is counted, give or take the chance of sampling.
      let size = try #require(node["allocatedBytes"] as? Double)
      let samples = try #require(node["allocationSamples"] as? Double)
      #expect(samples * 131_072 > size / 3 && samples * 131_072 < size * 3, "\(samples) samples of \(size) B")
      for kind in ["cpu", "allocations"] {
        let text = try String(contentsOf: folder.appending(path: "\(service)-0-\(kind).folded"), encoding: .utf8)
        #expect(text.contains("Node.InboundConnection"), "\(service) \(kind)")
        for line in text.split(separator: "\n") {
          #expect(line.split(separator: " ").last.flatMap { Int($0) } ?? 0 > 0, "\(line)")
        }
      }
    }
    #expect(program.error.contains("s2: "))
  }

  @Test("packed allocates next to nothing", .enabled(if: CountTests.isOptimised, "a debug build allocates more"))
  func packed() throws {
    let (document, _) = try profile(["-n", "2", "--strategy", "packed", "-d", "500ms"])
    guard document.root["sampler"] as? String != "none" else { return }
    for node in document.list("nodes") {
      // The control channel's messages.
      #expect(try #require(node["allocations"] as? Int) < 1000)
      #expect(try #require(node["allocationSamples"] as? Int) < 10)
      #expect(try #require(node["cpuSamples"] as? Int) > 0)
    }
  }

  @Test("A service of several workers is sampled as one with a single worker is")
  func workers() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "workers-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    // Work, so that the sampled worker uses enough CPU on a busy machine too.
    let topology = "version: 1\nentry: a\nservices:\n  - {name: a, workers: 2, script: [{work: 200us}]}\n"
    try topology.write(to: file, atomically: true, encoding: .utf8)
    let (document, _) = try profile([file.path, "-d", "1s"])
    guard document.root["sampler"] as? String != "none" else { return }
    #expect(try #require(document.list("nodes").first?["cpuSamples"] as? Int) > 0)
  }

  @Test("Ctrl-C ends it with what was sampled until then, and no process left")
  func interrupted() throws {
    let program = try Program(["profile", "-n", "2", "--strategy", "packed", "-d", "200s", "--json", "-"])
    try program.until("the load", seconds: 60) { program.error.contains("profiling") }
    usleep(300_000)
    program.signal(SIGINT)
    #expect(try program.wait(seconds: 30) == 130, "\(program.error)")
    #expect(program.children.isEmpty)
    let document = try ResultDocument(path: program.file("out"))
    #expect(document.root["interrupted"] as? Bool == true)
    #expect(document.list("nodes").count == 2)
  }

  @Test("A node that dies ends it with status 1, its name, and no process left")
  func died() throws {
    let program = try Program(["profile", "-n", "2", "--strategy", "packed", "-d", "200s"])
    try program.until("the load", seconds: 60) { program.error.contains("profiling") }
    kill(try #require(program.children.first { $0.name == "s2" }).pid, SIGKILL)
    #expect(try program.wait(seconds: 30) == 1)
    #expect(program.error.contains("s2 "))
    #expect(program.children.isEmpty)
  }

  @Test("A folder that cannot be written is known before anything runs")
  func folder() throws {
    let run = try Program.run("profile", "-n", "1", "--strategy", "map", "--folded", "/proc/nowhere")
    #expect(run.status == 1)
    #expect(run.error.contains("/proc/nowhere") && !run.error.contains("started"))
  }
}
