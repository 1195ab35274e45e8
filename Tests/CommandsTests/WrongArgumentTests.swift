import Testing

/// Arguments that no command takes, each refused before anything is started.
@Suite("Wrong arguments")
struct WrongArgumentTests {
  @Test(
    "A wrong argument is refused with status 2, naming the option and the range",
    arguments: [
      (["chain", "-n", "0"], ["1 to 64", "got 0"]), (["chain", "-n", "65"], ["1 to 64", "got 65"]),
      (["chain", "-n", "x"], ["-n"]), (["chain"], ["ctxchain chain: ", "--depth"]),
      (["chain", "-n", "2", "--trial", "5ms"], ["--trial", "20ms"]),
      (["chain", "-n", "2", "--rounds", "0"], ["--rounds"]),
      (["chain", "-n", "2", "--depths", "3"], ["--depths", "3"]),
      (["chain", "-n", "2", "--depths", "1,,2"], ["--depths"]),
      (["chain", "-n", "2", "--strategies", "pakced"], ["--strategies", "pakced"]),
      (["chain", "-n", "2", "--strategies", "packed,packed"], ["twice"]),
      (["chain", "-n", "2", "--placement", "mars"], ["--placement", "mars"]),
      (["chain", "-n", "2", "--keys-per-layer", "65"], ["--keys-per-layer"]),
      (["chain", "-n", "2", "--in-flight", "0"], ["--in-flight"]), (["chain", "-n", "2", "--rate", "0"], ["--rate"]),
      (["chain", "-n", "2", "--size", "-1"], ["size"]), (["load", "localhost"], ["HOST:PORT"]),
      (["load", "127.0.0.1:0"], ["HOST:PORT"]), (["load", "127.0.0.1:80", "--propagator", "b4"], ["b4"]),
      (["load", "127.0.0.1:80", "--hops", "0"], ["--hops"]),
      (["load", "grpc://127.0.0.1"], ["grpc://HOST:PORT/package.Service/Method"]),
      (["load", "grpcs://127.0.0.1:1"], ["TLS is not spoken here"]),
      (["load", "ftp://127.0.0.1:1"], ["http:// or grpc://"]),
      (["load", "grpc://127.0.0.1:1/x"], ["\"/x\" is no method: expected /package.Service/Method"]),
      (
        ["load", "grpc://127.0.0.1:1/a.B/C", "--message-hex", "abc"],
        ["--message-hex", "two hexadecimal digits", "abc"]
      ),
      (["load", "grpc://127.0.0.1:1/a.B/C", "--message-hex", "ab", "--message", "x"], ["--message-hex", "--message"]),
      (["load", "grpc://127.0.0.1:1/a.B/C", "--expect", "2xx"], ["--expect", "OK,NOT_FOUND", "2xx"]),
      (["load", "grpc://127.0.0.1:1/a.B/C", "--expect", "OK,17"], ["--expect", "OK,NOT_FOUND", "17"]),
      (["load", "grpc://127.0.0.1:1/a.B/C", "--size", "3"], ["--size"]),
      (["load", "grpc://127.0.0.1:1/a.B/C", "--body", "x"], ["--body: only with http://"]),
      (["load", "grpc://127.0.0.1:1/a.B/C", "--transport", "http1"], ["--transport", "over grpc"]),
      (["load", "grpc://127.0.0.1:1/a.B/C", "-H", "te: x"], ["te"]),
      (["load", "grpc://127.0.0.1:1/a.B/C", "-H", "grpc-timeout: 1S"], ["grpc-timeout is written by this program"]),
      (["load", "grpc://127.0.0.1:1", "--message", "x"], ["--message", "name a method"]),
      (["load", "http://127.0.0.1:1/", "--message", "x"], ["--message: only with grpc://"]),
      (["load", "127.0.0.1:1", "--message-hex", "ab"], ["--message-hex: only with grpc://"]),
      (["load", "127.0.0.1:1", "--expect", "OK"], ["--expect: only with http:// or grpc://"]),
      (["load", "127.0.0.1:80", "--timeout", "0s"], ["--timeout"]),
      (["load", "127.0.0.1:80", "--metrics", "a:b"], ["--metrics: expected HOST:PORT or a port, got \"a:b\""]),
      (["up", "x.yaml", "--metrics", "127.0.0.1:65536"], ["--metrics: expected HOST:PORT", "65536"]),
      (["run", "x.yaml", "--metrics-label", "a=b"], ["--metrics-label: expected --metrics beside it"]),
      (
        ["chain", "-n", "2", "--metrics", "1", "--metrics-label", "x"],
        ["--metrics-label: expected NAME=VALUE, got \"x\""]
      ),
      (
        ["chain", "-n", "2", "--metrics", "1", "--metrics-label", "depth=1"],
        ["--metrics-label: depth is what the arms of a run differ by"]
      ),
      (["chain", "-n", "2", "--metrics", "1", "--metrics-label", "le=1"], ["--metrics-label: le is a label of this"]),
      (
        ["node", "--config", "x", "--metrics", "1", "--metrics-label", "a=1", "--metrics-label", "a=2"],
        ["--metrics-label: a is there twice"]
      ),
      (["load", "127.0.0.1:80", "--timeout", "99999999999999m"], ["--timeout"]),
      (["load", "127.0.0.1:80", "--drain", "99999999999999m"], ["--drain"]),
      (["chain", "-n", "2", "--drain", "99999999999999m"], ["--drain"]),
      (["chain", "-n", "2", "--budget", "99999999999999m"], ["--budget"]),
      (["chain", "-n", "3", "--budget", "1e30s", "--strategies", "baseline"], ["--budget", "0s to 24h", "1e30s"]),
      (["chain", "-n", "2", "--budget", "25h"], ["--budget", "0s to 24h", "25h"]),
      (["chain", "-n", "2", "--drain", "1e12s"], ["--drain", "0s to 1h", "1e12s"]),
      (["chain", "-n", "2", "--trial", "1e300m"], ["--trial", "20ms to 10m", "1e300m"]),
      (["chain", "-n", "2", "--timeout", "1e308h"], ["--timeout"]),
      (["chain", "-n", "2", "--timeout", "nans"], ["--timeout"]),
      (["chain", "-n", "2", "--passes", "stages,fast"], ["--passes", "in-process", "\"fast\""]),
      (["chain", "-n", "2", "--preset", "fast"], ["--preset", "quick, standard or publish", "fast"]),
      (["chain", "-n", "2", "--preset", "quick", "--rounds", "3"], ["--preset", "--rounds"]),
      (["chain", "-n", "2", "--preset", "quick", "--budget", "9s"], ["--preset", "--budget"]),
      (["chain", "-n", "2", "--concurrency", "64,8x9"], ["--concurrency", "\"8x9\""]),
      (["chain", "-n", "2", "--concurrency", "1,1x1"], ["--concurrency", "\"1x1\" is named twice"]),
      (["calibrate", "--pairs", "0"], ["--pairs", "1 to 10000", "0"]),
      (["calibrate", "--rounds", "5"], ["--rounds", "6 to 1000", "5"]),
      (["calibrate", "--known", "60%"], ["--known", "0.1% to 50%", "60%"]),
      (["calibrate", "--known", "one"], ["--known", "one"]),
      (["calibrate", "--trial", "10ms"], ["--trial", "20ms to 10m", "10ms"]),
      (["chain", "-n", "2", "--rounds", "1001"], ["--rounds", "1 to 1000", "1001"]),
      (["chain", "-n", "2", "--rate", "1e300"], ["--rate", "0.1 to 10000000", "1e+300"]),
      (["chain", "-n", "2", "--rate", "nan"], ["--rate", "0.1 to 10000000", "nan"]),
      (["run", "topologies/chain-1.yaml", "--timeout", "1e30s"], ["--timeout", "1us to 1h", "1e30s"]),
      (["load", "127.0.0.1:80", "--timeout", "1e30s"], ["--timeout", "1us to 1h", "1e30s"]),
      (["load", "127.0.0.1:80", "--drain", "1e12s"], ["--drain", "0s to 1h", "1e12s"]),
      (["load", "127.0.0.1:80", "--duration", "1e30s"], ["--duration", "100ms to 24h", "1e30s"]),
      (["load", "127.0.0.1:80", "--requests", "9000000000000000000"], ["--requests", "1 to 1000000000"]),
      (["load", "127.0.0.1:80", "--connections", "1025"], ["--connections", "1 to 1024", "1025"]),
      (["chain", "-n", "2", "--opaque-size", "65537"], ["--opaque-size", "0 to 65536", "65537"]),
      (["chain", "-n", "2", "--opaque-size=-1"], ["--opaque-size", "-1"]),
      (["chain", "-n", "64", "--opaque-size", "65536"], ["--opaque-size", "at most 49152"]),
      (["chain", "-n", "2", "--strategies", "packed", "--opaque-size", "9"], ["--opaque-size", "opaque"]),
      (["load", "127.0.0.1:80", "--opaque-size", "9"], ["--opaque-size", "opaque"]),
      (["frobnicate"], ["unknown command \"frobnicate\"", "known: chain"]),
      (["load", "127.0.0.1:80", "--seed", "9007199254740992"], ["--seed", "0 to 9007199254740991"]),
      (["compare", "packed", "map", "--seed", "x"], ["--seed", "0 to 9007199254740991"]),
      (["chian", "-n", "3"], ["unknown command \"chian\"; did you mean \"chain\"?"]),
      (["lab", "raec", "--writers", "2"], ["ctxchain lab: ", "did you mean \"race\"?"]),
      (["load", "127.0.0.1:80", "--duration", "5"], ["--duration", "'5'", "such as 250ms", "units: ns, us"]),
      (["load", "127.0.0.1:80", "--deadline", "5"], ["--deadline", "such as 250ms"]),
      (["load", "127.0.0.1:80", "--rate", "1k"], ["--rate", "'1k'", "a number without a unit"]),
      (["load", "127.0.0.1:80", "--in-flight", "many"], ["--in-flight", "a whole number"]),
      (["chain", "-n", "2", "--trial", "19ms"], ["--trial", "20ms to 10m", "19ms"]),
      (["chain", "-n", "2", "--utilisation", "0%"], ["--utilisation", "1% to 95%", "got 0%"]),
      (["chain", "-n", "2", "--utilisation", "96%"], ["--utilisation", "1% to 95%", "got 96%"]),
      (["run", "topologies/chain-1.yaml", "--utilisation", "0.951"], ["--utilisation", "1% to 95%", "got 0.951"]),
      (["compare", "packed", "map", "--utilisation", "50"], ["--utilisation", "1% to 95%", "got 50"]),
      (["chain", "-n", "2", "--utilisation=-5%"], ["--utilisation", "1% to 95%", "got -5%"]),
      (["chain", "-n", "2", "--utilisation", "half"], ["--utilisation", "'half'", "a share such as 50% or 0.5"]),
      (["chain", "-n", "2", "--utilisation", "%"], ["--utilisation", "'%'", "a share such as 50% or 0.5"]),
      (["chain", "-n", "2", "--utilisation", "nan"], ["--utilisation", "'nan'", "a share such as 50% or 0.5"]),
      (["chain", "-n", "2", "--utilisation", "50%", "--rate", "100"], ["--utilisation", "no --rate beside it"]),
      (["load", "127.0.0.1:80", "--size", "4Kib"], ["--size", "512 or 4KiB", "units: B, kB, KiB"]),
      (["chain", "-n", "2", "--warmup", "5"], ["--warmup", "auto, or a duration"]),
      (["compare", "packed,size=4Kib", "map"], ["size", "512 or 4KiB"]),
      // What is right before the complaint.
      (
        ["chain", "-n", "2", "--strategies", "packed, map", "--size", "4KiB", "--opaque-size", "9B"],
        ["--opaque-size", "opaque"]
      ),
      (
        ["chain", "-n", "2", "--strategies", "packed", "--utilisation", "95%", "--opaque-size", "9B"],
        ["--opaque-size", "opaque"]
      ),
      (
        [
          "chain", "-n", "2", "--strategies", "packed", "--utilisation", "0.01", "--trial", "20ms", "--opaque-size",
          "9",
        ],
        ["--opaque-size", "opaque"]
      ),
      (["capacity", "-n", "65", "--slo", "p95=5ms, p99.5=9ms"], ["--depth"]),
      (["capacity", "-n", "1", "--slo", "p100=5ms"], ["--slo", "p99.999", "p100=5ms"]),
      (["up"], ["file"]), (["node", "--config", "/nonexistent"], ["/nonexistent"]),
    ])
  func wrongArgument(arguments: [String], parts: [String]) {
    let run = CommandRun(arguments)
    #expect(run.status == 2, "\(run.error)")
    #expect(run.out.isEmpty)
    #expect(run.error.hasPrefix("ctxchain") && run.error.hasSuffix("\n"), "\(run.error)")
    #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
    for part in parts { #expect(run.error.contains(part), "\(run.error)") }
  }
}
