import Testing

/// What each command refuses of its own options, before anything is started.
@Suite("Arguments of each command")
struct CommandArgumentTests {
  @Test(
    "A store and a propagator that are not there, or cannot be joined, are refused",
    arguments: [
      "map+b4", "mop+b3", "map+", "+b3", "map+b3+b3", "map+json-map+b3", "map+frame", "map+frame+b3",
      "frame", "map+b4/http1",
    ])
  func storeAndPropagator(name: String) {
    for arguments in [["chain", "-n", "1", "--strategies", name], ["compare", name, "packed", "-n", "1"]] {
      let run = CommandRun(arguments)
      #expect(run.status == 2 && run.error.split(separator: "\n").count == 1, "\(run.error)")
      #expect(run.error.contains(name) && run.error.contains("STORE+PROPAGATOR"), "\(run.error)")
    }
  }

  @Test("A chain of 0 or of 65 services is refused, of 1 and of 64 not", arguments: ["0", "65"])
  func chainSize(count: String) {
    let run = CommandRun("chain", "-n", count)
    #expect(run.status == 2)
    #expect(run.error == "ctxchain chain: --depth: expected 1 to 64, got \(count)\n")
    #expect(run.out.isEmpty)
  }

  @Test(
    "lab race refuses what is out of range",
    arguments: [["--writers", "1"], ["--writes", "0"], ["--attempts", "0"], ["--runs", "1001"]])
  func race(arguments: [String]) {
    let run = CommandRun(["lab", "race"] + arguments)
    #expect(run.status == 2 && run.error.split(separator: "\n").count == 1, "\(run.error)")
    #expect(run.error.hasPrefix("ctxchain lab: \(arguments[0]): expected "), "\(run.error)")
  }

  @Test(
    "semantics refuses a wrong argument with one line and status 2",
    arguments: [
      (["--depth", "1"], "--depth: expected 2 to 64, got 1"),
      (["--strategies", "pigeon"], "unknown strategy \"pigeon\""),
      (["--strategies", "packed,packed"], "named twice"),
      (["--explain", "packed"], "expected a strategy and an aspect"),
      (["--explain", "packed", "feathers"], "--explain: expected one of keys"),
      (["--explain", "pigeon", "keys"], "--explain: unknown strategy"),
    ])
  func semantics(arguments: [String], message: String) {
    let run = CommandRun(["semantics"] + arguments)
    #expect(run.status == 2)
    #expect(run.error.contains(message), "\(run.error)")
    #expect(run.error.split(separator: "\n").count == 1)
  }

  @Test(
    "lab refuses a wrong argument with one line and status 2",
    arguments: [
      (["leak", "--deadline", "1ms"], "--deadline: expected"), (["leak", "--strategy", "baseline"], "--strategy"),
      (["leak", "--rate", "20000", "--duration", "1m"], "65536 requests in all"),
      (["leak", "--depth", "0"], "--depth"),
      (["pressure", "--rate", "0"], "--rate"), (["pressure", "--propagator", "pigeon"], "unknown \"pigeon\""),
      (["pressure", "--rounds", "0"], "--rounds"),
    ])
  func lab(arguments: [String], message: String) {
    let run = CommandRun(["lab"] + arguments)
    #expect(run.status == 2)
    #expect(run.error.contains(message), "\(run.error)")
    #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
  }

  @Test(
    "profile refuses a wrong argument with one line and status 2",
    arguments: [
      ([], "expected a topology file or -n, got neither"),
      (["topologies/diamond.yaml", "-n", "2"], "expected a topology file or -n, got both"),
      (["-n", "2"], "--strategy: expected one with -n, got none"),
      (["-n", "65", "--strategy", "map"], "--depth: expected 1 to 64, got 65"),
      (["-n", "2", "--strategy", "pigeon"], "--strategy: expected one of baseline"),
      (["-n", "2", "--strategy", "map", "-d", "1ms"], "--duration: expected"),
      (["-n", "2", "--strategy", "map", "--top", "0"], "--top: expected 1 to 1000, got 0"),
      (["nowhere.yaml"], "nowhere.yaml"),
    ])
  func profile(arguments: [String], message: String) {
    let run = CommandRun(["profile"] + arguments)
    #expect(run.status == 2)
    #expect(run.out.isEmpty)
    #expect(run.error.contains(message), "\(run.error)")
    #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
  }

  @Test(
    "compare refuses arms, gates and options that mean nothing",
    arguments: [
      (["packed"], ["two arms", "--against"]), (["packed", "map", "map"], ["two arms"]),
      (["packed", "x.json"], ["two arms"]), (["pakced", "map"], ["pakced", "baseline", "topology file"]),
      (["packed@9", "map"], ["packed@9", "1 to 5", "got 9"]), (["packed@x", "map"], ["@", "got \"x\""]),
      (["packed", "map,foo=1"], ["foo", "keys-per-layer"]), (["packed", "map,placement=mars"], ["placement", "mars"]),
      (["packed", "map,in-flight=0"], ["in-flight", "1 to 4096"]), (["packed", "map,growth"], ["KEY=VALUE"]),
      (["packed", "map,hpack=ids"], ["map,hpack=ids", "hpack: expected index, never-index, or classes", "ids"]),
      (["packed", "map,place=trailer"], ["map,place=trailer", "place: expected header or body", "trailer"]),
      (["packed", "map,pipeline=0"], ["map,pipeline=0", "pipeline", "1 to 256"]),
      (["packed", "map,transport=pigeon"], ["map,transport=pigeon", "transport: expected one of frame", "pigeon"]),
      (["packed", "map,size=1,size=2"], ["size", "twice"]), (["packed", "map,opaque-size=9"], ["opaque"]),
      (["packed", "topologies/none.yaml"], ["topologies/none.yaml", "No such file"]),
      (["packed", "--against", "/nonexistent/ctxchain"], ["--against", "/nonexistent/ctxchain", "No such file"]),
      (["packed", "--against", "/etc/passwd"], ["--against", "may be executed"]),
      (["packed,program=/etc", "map"], ["packed,program=/etc", "may be executed"]),
      (["packed", "map", "--fail-if", "cpu > 2"], ["--fail-if", "cpu_per_hop"]),
      (["packed", "map", "--fail-if", "p99 > +2"], ["--fail-if", "ratio"]),
      (["packed", "map", "--junit", "j.xml"], ["--junit", "--fail-if"]),
      (["packed", "map", "--fail-if", "p99 > 2", "--junit", "-"], ["--junit", "expected a file"]),
      (["packed", "map", "--markdown", "-"], ["--markdown", "expected a file"]),
      (["packed", "map", "--rounds", "0"], ["--rounds", "1 to 1000"]),
      (["packed", "map", "--placement", "mars"], ["--placement", "mars"]),
      (["packed", "map", "--anyway"], ["--anyway", "results"]),
      (["packed", "map", "--arm", "x"], ["--arm", "results"]),
      (["a.json", "b.json", "--rounds", "3"], ["--rounds", "measured"]),
      (["a.json", "b.json", "--against", "x"], ["--against", "measured"]), (["a.json", "b.json"], ["a.json"]),
    ])
  func compare(arguments: [String], parts: [String]) {
    let run = CommandRun(["compare"] + arguments)
    #expect(run.status == 2 && run.out.isEmpty, "\(run.error)")
    #expect(run.error.hasPrefix("ctxchain") && run.error.split(separator: "\n").count == 1, "\(run.error)")
    for part in parts { #expect(run.error.contains(part), "\(run.error)") }
  }

  @Test(
    "selftest refuses a wrong argument with one line and status 2",
    arguments: [
      (["--only", "stal"], ["--only", "stal", "null, stall, md1, poisson"]), (["--only", ""], ["--only"]),
      (["--only", "null,null"], ["--only", "twice"]), (["--seed", "x"], ["--seed", "x"]),
      (["--transport", "quic"], ["--transport", "frame, http1 or grpc", "quic"]),
    ])
  func selftest(arguments: [String], parts: [String]) {
    let run = CommandRun(["selftest"] + arguments)
    #expect(run.status == 2 && run.out.isEmpty)
    #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
    for part in parts { #expect(run.error.contains(part), "\(run.error)") }
  }

  @Test(
    "capacity refuses a wrong argument with one line and status 2",
    arguments: [
      (["-n", "1", "--slo", "p100=1ms"], ["--slo", "p99.999", "p100=1ms"]), (["-n", "1", "--slo", ""], ["--slo"]),
      (["-n", "1", "--slo", "p99=5"], ["--slo", "p99=5\""]), (["-n", "1", "--slo", "p99=0s"], ["--slo", "above 0"]),
      (["-n", "1", "--slo", "p99=1ms,p99=2ms"], ["--slo", "twice"]), (["-n", "1"], ["--slo"]),
      (["--slo", "p99=1ms"], ["-n", "neither"]), (["x.yaml", "-n", "1", "--slo", "p99=1ms"], ["-n", "both"]),
      (["/nonexistent.yaml", "--slo", "p99=1ms"], ["/nonexistent.yaml"]),
      (["-n", "65", "--slo", "p99=1ms"], ["--depth", "64", "65"]),
      (["-n", "1", "--slo", "p99=1ms", "--probe", "1ms"], ["--probe", "250ms to 10m"]),
      (["-n", "1", "--slo", "p99=1ms", "--max-error-rate", "2"], ["--max-error-rate", "0% to 100%", "2"]),
      (["-n", "1", "--slo", "p99=1ms", "--arrival", "x"], ["--arrival", "uniform", "x"]),
      (["-n", "1", "--slo", "p99=1ms", "--strategies", "x"], ["--strategies", "x", "packed"]),
    ])
  func capacity(arguments: [String], parts: [String]) {
    let run = CommandRun(["capacity"] + arguments)
    #expect(run.status == 2, "\(run.error)")
    #expect(run.error.split(separator: "\n").count == 1 && run.out.isEmpty, "\(run.error)")
    for part in parts { #expect(run.error.contains(part), "\(run.error)") }
  }

  @Test("What a connection carries at once, and where a context travels, are refused in words")
  func edges() {
    for (option, value, expected) in [
      ("--place", "trailer", "header or body"), ("--hpack", "ids", "index, never-index, or classes"),
      ("--pipeline", "257", "1 to 256"),
    ] {
      let run = CommandRun(["chain", "-n", "2", option, value])
      #expect(run.status == 2)
      #expect(run.error.contains("\(option): expected \(expected)"), "\(run.error)")
    }
  }

  @Test("An unknown transport is refused with the known ones, by every command that loads services")
  func transport() {
    for command in [
      ["chain", "-n", "2"], ["run", "topologies/chain-1.yaml"], ["compare", "packed", "map"],
      ["capacity", "-n", "1", "--slo", "p99=1ms"],
    ] {
      let run = CommandRun(command + ["--transport", "http"])
      #expect(run.status == 2 && run.out.isEmpty)
      #expect(run.error.contains("--transport: expected frame, http1 or grpc, got \"http\""), "\(run.error)")
    }
  }

  @Test(
    "An axis of transports is refused in words before anything is started",
    arguments: [
      (
        ["--transports", "frame,http"], "--transports: unknown transport \"http\"; expected some of frame, http1, grpc"
      ),
      (["--transports", "frame,frame"], "--transports: \"frame\" is named twice"),
      (["--transports", ""], "--transports: unknown transport"),
      (
        ["--transports", "frame,http1", "--strategies", "packed,map/http1"],
        "--transports: expected strategies without a transport of their own, got \"map/http1\""
      ),
    ])
  func transports(arguments: [String], message: String) {
    for command in [
      ["chain", "-n", "2"], ["run", "topologies/chain-1.yaml"], ["capacity", "-n", "1", "--slo", "p99=1ms"],
      ["semantics"],
    ] {
      let run = CommandRun(command + arguments)
      #expect(run.status == 2 && run.out.isEmpty)
      #expect(run.error.contains(message) && run.error.split(separator: "\n").count == 1, "\(run.error)")
    }
  }

  @Test("One transport for all and an axis of them are not taken together")
  func oneTransportAndSeveral() {
    for command in [["chain", "-n", "2"], ["capacity", "-n", "1", "--slo", "p99=1ms"]] {
      let run = CommandRun(command + ["--transport", "http1", "--transports", "frame,http1"])
      #expect(run.status == 2 && run.error.contains("--transports: expected no --transport beside it"), "\(run.error)")
    }
  }

  @Test("What stands behind a strategy and is no transport is no file either")
  func unknownTransportOfArm() {
    let run = CommandRun("compare", "packed/dove", "packed")
    #expect(run.status == 2)
    #expect(run.error.contains("transport: expected one of frame, http1, grpc, got \"dove\""), "\(run.error)")
  }

  @Test("A budget and a number of rounds are not taken together, wherever they are given")
  func budgetAndRounds() {
    for command in [["chain", "-n", "2"], ["run", "topologies/chain-1.yaml"]] {
      let run = CommandRun(command + ["--rounds", "6", "--budget", "60s"])
      #expect(run.status == 2 && run.out.isEmpty)
      #expect(run.error.contains("--budget: expected no --rounds beside it"), "\(run.error)")
    }
  }
}
