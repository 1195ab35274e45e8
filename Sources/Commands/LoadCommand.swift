internal import ArgumentParser
internal import Launcher
internal import Report
internal import Results
internal import Topology

struct LoadCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Drive load against a running entry, or any server of HTTP/1.1 or gRPC.",
    discussion: """
      Example: ctxchain load 127.0.0.1:7070 --duration 1s --in-flight 64

      Of any server: ctxchain load 'http://127.0.0.1:8080/items?x=1' -R 2000 --expect 2xx,404
      ctxchain load grpc://127.0.0.1:50051/shop.v1.Cart/Get --message-hex 0a03616263 --expect OK,NOT_FOUND
      """)

  @Argument(
    help: "The entry: HOST:PORT, as `ctxchain up` prints it, or http://HOST:PORT/PATH or grpc://HOST:PORT/METHOD.")
  var entry: String

  @Option(help: "How the context is written: propagators, separated by commas.")
  var propagator = "tracecontext,baggage"

  @Option(help: "What carries the requests: frame, http1 or grpc; frame without it, and what a URL says.")
  var transport: String?

  @Option(
    name: [.short, .long],
    help: "Connections to the entry, 1 to 1024; 1 without it, and with http:// as many as are in flight.")
  var connections: Int?

  @Option(help: "Requests under way, 1 to 65536; not used with --rate.")
  var inFlight = 64

  @Option(
    name: [.customShort("R"), .customLong("rate"), .customLong("qps")],
    help: "Requests per second, sent as planned whatever comes back.")
  var rate: Double?

  @Option(name: [.short, .long], help: "How long to load, 100ms to 24h.")
  var duration = Seconds(5)

  @Option(
    name: [.customShort("n"), .long],
    help: "Send this many requests, at most 1000000000, instead of loading for a time.")
  var requests: Int?

  @Option(help: "Deliveries that a request may make, 1 to 1024.")
  var hops = TopologyLimits.maxDepthMax

  @Option(bytes: "Bytes of every request's payload; 128 without it, and none with http://.")
  var size: Int?

  @Option(help: "With http://: GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS; GET without it, or POST with a body.")
  var method: String?

  @Option(
    name: [.customShort("H"), .long],
    help:
      "A header field or metadata of every request, 'NAME: VALUE', in place of the propagator's; may be there several times."
  )
  var header: [String] = []

  @Option(help: "With http://: the body of every request, a text or @FILE, at most 1 MiB.")
  var body: String?

  @Option(help: "With grpc://: the message of every call, a text or @FILE, at most 1 MiB; empty without it.")
  var message: String?

  @Option(help: "With grpc://: the same in hexadecimal digits.")
  var messageHex: String?

  @Option(help: "With a URL: statuses that are answers, such as 2xx,304 or OK,NOT_FOUND; 2xx or OK without it.")
  var expect: String?

  @Option(help: "With http://: requests under way at once on a connection, 1 to 256; 1 without it, as clients do.")
  var pipeline: Int?

  @Option(
    help: "A header field of every request, NAME=VALUE, in place of the propagator's; may be there several times.")
  var field: [String] = []

  @OptionGroup var tracing: TracingOption

  @Option(bytes: "Bytes that opaque carries, 0 to 65536; without it exactly what packed would send.")
  var opaqueSize: Int?

  @Option(help: "Time after which a request is given up, at most 1h; its deadline.")
  var timeout = Seconds(10)

  @Option(help: "Time that requests say is left, at most 1h; 0s: they say nothing. Without it the timeout.")
  var deadline: Seconds?

  @Option(help: "How long to wait for replies at the end, at most 1h.")
  var drain = Seconds(2)

  @Option(
    help: """
      Share of the requests that may fail, time out or be shed, such as 0.1% or 0.001; with more the status is 1.
      """)
  var maxErrorRate = Share.none

  @Option(help: "Arrivals with --rate: poisson or uniform.")
  var arrival = "poisson"

  @OptionGroup var wrap: WrapOption
  @OptionGroup var seed: SeedOption
  @OptionGroup var metrics: MetricsOptions
  @OptionGroup var output: ResultOptions

  func run(_ call: Invocation) throws {
    let plan = try plan(call)
    try Epilogue(output, call).run({ try LoadSession(plan, observer: $0) }) { session, status in
      Outcome(
        document: session.result, text: session.result?.text ?? "", status: status, complaints: session.problems)
    }
  }
}
