import Report
import Results
import Testing

/// A made-up profile through everything that is made of one.
@Suite("Profiles")
struct ProfileTests {
  private func frame(_ name: String) -> NamedFrame {
    NamedFrame(name: name, isOwn: !name.hasPrefix("lib."), isOwnSwift: name.first!.isUppercase)
  }

  /// From the outermost, as folded stacks are.
  private func stack(_ names: String, samples: UInt64, weight: UInt64) -> NamedStack {
    NamedStack(
      frames: names.split(separator: " ").reversed().map { frame(String($0)) }, samples: samples, weight: weight)
  }

  private var cpu: [NamedStack] {
    [
      stack("main Loop.run Node.begin Map.set lib.set lib.hash", samples: 3, weight: 3),
      stack("main Loop.run Node.begin Map.set lib.set lib.release", samples: 1, weight: 2),
      stack("main Loop.run Node.begin Map.get", samples: 4, weight: 4),
      stack("main Loop.run Connection.flush write syscall", samples: 10, weight: 10),
      stack("main Loop.run Loop.wait syscall", samples: 2, weight: 2),
      stack("lib.start", samples: 1, weight: 1),
      NamedStack(frames: [], samples: 1, weight: 1),
    ]
  }

  private var allocations: [NamedStack] {
    [
      stack("main Node.begin Map.set lib.String.init lib.slowAlloc", samples: 2, weight: 262_144),
      stack("main Node.begin Map.set lib.Dictionary.grow lib.slowAlloc", samples: 1, weight: 131_072),
      stack("main Node.begin", samples: 1, weight: 131_072),
    ]
  }

  @Test("A call site is what own Swift code called; a system call is its wrapper; where most went is told")
  func cpuSites() {
    let sites = CallSite.heaviest(10, of: cpu)
    #expect(sites.map(\.function) == ["write", "lib.set", "Map.get", "syscall", "[unknown]", "lib.start"])
    #expect(sites.map(\.caller) == ["Connection.flush", "Map.set", nil, "Loop.wait", nil, nil])
    #expect(sites.map(\.mostly) == [nil, "lib.hash", nil, nil, nil, nil])
    #expect(sites.map(\.weight) == [10, 5, 4, 2, 1, 1])
    #expect(sites.map(\.samples) == [10, 4, 4, 2, 1, 1])
    #expect(sites.map(\.share) == [10, 5, 4, 2, 1, 1].map { $0 / 23.0 })
  }

  @Test("Bytes belong to what the program's own Swift code called")
  func allocationSites() {
    let sites = CallSite.heaviest(2, of: allocations)
    #expect(sites.map(\.function) == ["lib.String.init", "Node.begin"])
    #expect(sites.map(\.caller) == ["Map.set", nil])
    #expect(sites.map(\.mostly) == ["lib.slowAlloc", nil])
    #expect(sites.map(\.share) == [0.5, 0.25])
    #expect(CallSite.heaviest(3, of: []).isEmpty)
  }

  @Test("Folded stacks are a line per stack, outermost first, whatever a name holds")
  func folded() {
    #expect(
      FoldedStacks.text(cpu.dropLast()) == """
        lib.start 1
        main;Loop.run;Connection.flush;write;syscall 10
        main;Loop.run;Loop.wait;syscall 2
        main;Loop.run;Node.begin;Map.get 4
        main;Loop.run;Node.begin;Map.set;lib.set;lib.hash 3
        main;Loop.run;Node.begin;Map.set;lib.set;lib.release 2

        """)
    let odd = NamedStack(frames: [frame("b;c\nd e"), frame("a")], samples: 1, weight: 7)
    #expect(FoldedStacks.text([odd]) == "a;b:c d e 7\n")
    #expect(FoldedStacks.text([]) == "")
  }

  private func result(sampler: String = "perf") -> ProfileResult {
    var result = ProfileResult(
      toolVersion: "0.1.0", commandLine: ["ctxchain", "profile"], startedAt: "2026-01-31T12:00:00Z", seed: 42,
      interrupted: false, seconds: 4.95, inFlight: 64, throughput: 18_650.4, sampler: sampler,
      periodNanoseconds: 997_000, allocationGapBytes: 131_072)
    result.nodes = [
      NodeProfile(
        service: "s1", replica: 0, cpuSamples: 22, allocationSamples: 4, lostSamples: 1, allocations: 9_000,
        allocatedBytes: 530_000, cpuSites: CallSite.heaviest(2, of: cpu),
        allocationSites: CallSite.heaviest(2, of: allocations)),
      NodeProfile(
        service: "s2", replica: 1, cpuSamples: 0, allocationSamples: 0, lostSamples: 0, allocations: nil,
        allocatedBytes: nil, cpuSites: [], allocationSites: []),
    ]
    return result
  }

  @Test("The text has a table per node and kind")
  func text() {
    let text = ProfileText.render(result())
    let expected = """
      ctxchain    0.1.0; started 2026-01-31T12:00:00Z; seed 42; 4.95 s of load, 64 in flight: 18650 requests/s while sampled;
                  a sample every 997 µs of CPU time (perf software clock), and every 128 KiB allocated, in the mean

      s1: 22 samples of CPU time, 4 of allocations, 1 lost, 9000 allocations of 518 KiB in all
      CPU  samples  caller            function  mostly
        %
       43       10  Connection.flush  write     –
       22        4  Map.set           lib.set   lib.hash
      bytes     size  caller   function
          %
         50  256 KiB  Map.set  lib.String.init
         25  128 KiB  –        Node.begin

      s2#1: 0 samples of CPU time, 0 of allocations, 0 lost

      """
    #expect(text.hasPrefix(expected), "\(text)")
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 })
    #expect(ProfileText.render(result(sampler: "timer")).contains("(timer, at most one a tick of the kernel)"))
    #expect(ProfileText.render(result(sampler: "none")).contains("no samples: this build cannot take any"))
  }

  @Test(
    "A long name loses its modules, then its start, and a terminal gets no control characters",
    arguments: [
      ("Some.Module.Type.function(withManyLabels:andMore:)", "Type.function(withManyLabels:andMore:)"),
      ("A.VeryLongModuleNameOfSomeKind.Type.function(_:)", "Type.function(_:)"),
      ("closure #1 in A.VeryLongModuleNameOfSomeKind.f(a:)", "…in A.VeryLongModuleNameOfSomeKind.f(a:)"),
      ("a\u{1B}[2Jb()", "a?[2Jb()"),
    ])
  func names(name: String, shown: String) {
    var result = result()
    result.nodes[0].cpuSites[0].function = name
    #expect(ProfileText.render(result).contains("  " + shown + " "), "\(ProfileText.render(result))")
  }

  @Test("The document is what its schema says", .enabled(if: SchemaTool.isAvailable, "needs the module jsonschema"))
  func schema() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/profile.json"
    try ResultFile.write(result(), to: path)
    let schema = Repository.root + "/docs/schema/profile-result-1.schema.json"
    let run = try SchemaTool.run("'\(Repository.root)/scripts/validate-json' '\(schema)' '\(path)'")
    #expect(run.status == 0, "\(run.output)")
    // It says something: without a field, or with one that it does not know, the document is refused.
    let text = String(decoding: try ResultFile.encode(result()), as: UTF8.self)
    for (from, to) in [("\"lostSamples\"", "\"lostsamples\""), ("\"share\"", "\"part\""), ("\"perf\"", "\"guess\"")] {
      try ResultFile.write(Array(text.replacing(from, with: to).utf8), to: path, calls: FileCalls())
      #expect(try SchemaTool.run("'\(Repository.root)/scripts/validate-json' '\(schema)' '\(path)'").status == 1)
    }
  }

  @Test("Sizes have units", arguments: [(0, "0 B"), (1_023, "1023 B"), (1_024, "1.00 KiB"), (1_572_864, "1.50 MiB")])
  func sizes(size: UInt64, text: String) {
    #expect(NumberText.bytes(size) == text)
  }
}
