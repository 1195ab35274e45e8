// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

func module(
  _ name: String, _ dependencies: [Target.Dependency] = [], _ settings: [SwiftSetting] = [], exclude: [String] = []
) -> Target {
  .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: swiftSettings + settings)
}

/// A part of the family in Sources/Transport.
func transport(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .target(
    name: "Transport\(name)", dependencies: dependencies, path: "Sources/Transport/\(name)", exclude: exclude,
    swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let instrumentation = Target.Dependency.product(name: "Instrumentation", package: "swift-distributed-tracing")
let serviceContext = Target.Dependency.product(name: "ServiceContextModule", package: "swift-service-context")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "ctxchain",
  products: [
    .executable(name: "ctxchain", targets: ["ctxchain"]),
    // For other people's servers: the propagators as an instrument of swift-distributed-tracing.
    .library(name: "ContextPropagators", targets: ["ContextPropagators"]),
    // Lies beside the program, which loads it into the processes whose retains and releases it counts.
    .library(name: "ctxchain-arc", type: .dynamic, targets: ["CArcMeter"]),
  ],
  traits: [
    .default(enabledTraits: ["Simdjson"]),
    .trait(name: "Simdjson", description: "The propagator json-simdjson, which needs libsimdjson of the system."),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-service-context", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.2"),
  ],
  targets: [
    .target(name: "CLibevent", linkerSettings: [.linkedLibrary("event_core")]),
    .target(name: "CLinux"),
    .target(name: "CNghttp2", linkerSettings: [.linkedLibrary("nghttp2")]),
    .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),
    .target(name: "CMeter"),
    .target(name: "CArcMeter"),
    module("Bytes"),
    module("EventLoop", ["CLibevent", "CLinux", "Bytes"], [.strictMemorySafety()]),
    module("Context", [serviceContext]),
    transport("Messages", ["Bytes"]),
    transport("Frame", ["Bytes", "TransportMessages"]),
    transport("HTTP1", ["Bytes", "TransportMessages"]),
    transport(
      "GRPC", ["Bytes", "CNghttp2", "TransportHTTP1", "TransportMessages"], exclude: ["chain.proto"]),
    transport(
      "Core", ["Bytes", "EventLoop", "TransportFrame", "TransportGRPC", "TransportHTTP1", "TransportMessages"]),
    module(
      "Propagation",
      [
        "Context", "TransportFrame", "TransportGRPC", "TransportHTTP1", "TransportMessages", protobuf,
        .byName(name: "CSimdjson", condition: .when(traits: ["Simdjson"])),
      ], exclude: ["Protobuf/context.proto"]),
    module("ContextPropagators", ["Context", "Propagation", instrumentation]),
    module("Topology", [yams]),
    module("ContextGeneration", ["Topology"]),
    .executableTarget(
      name: "context-generator", dependencies: ["ContextGeneration", "Topology", argumentParser],
      path: "Sources/ContextGenerator", swiftSettings: swiftSettings),
    module("Gateway", ["Context", "Propagation", "Topology", "TransportMessages"]),
    module("Statistics", [histogram]),
    module("ProcessFigures"),
    module("Control", ["ProcessFigures", "Results", "Spans", "Statistics", "Topology"]),
    module(
      "Node",
      [
        "Bytes", "EventLoop", "CLinux", "Control", "Gateway", "TransportCore", "Propagation",
        "Context", "ProcessFigures", "Results", "Spans", "Statistics", "Topology", logging,
      ]),
    module(
      "LoadClient",
      [
        "Bytes", "EventLoop", "Control", "Gateway", "TransportCore", "Propagation",
        "Context", "Topology",
        "Statistics",
      ]),
    module(
      "Laboratory",
      [
        "Bytes", "CLinux", "Context", "Control", "EventLoop", "LoadClient", "Propagation", "Results", "Statistics",
        "Topology", "TransportCore",
      ]),
    module("Results", ["Statistics", "Topology"]),
    module(
      "Metrics",
      [
        "Bytes", "Control", "EventLoop", "Propagation", "Results", "Statistics", "Topology", "TransportHTTP1",
        "TransportMessages",
      ]),
    module(
      "Exporter",
      [
        "CLinux", "Control", "EventLoop", "Propagation", "Spans", "Statistics", "TransportCore",
        "TransportMessages",
      ]),
    module("Report", ["Results", "Statistics", "Topology"]),
    module("Orchestration", ["Control", "Topology"]),
    module("Symbols"),
    module("Spans"),
    module(
      "Launcher",
      [
        "Symbols", "TransportCore", "EventLoop", "CLinux", "Control", "Metrics", "ProcessFigures", "Spans", "Topology",
        "Statistics", "Results",
      ]),
    module(
      "Commands",
      [
        "Context", "Control", "EventLoop", "Laboratory", "Launcher", "Metrics", "Node", "Orchestration", "Propagation",
        "Report", "Results", "Statistics", "Topology", "TransportCore", argumentParser,
      ]),
    .executableTarget(
      name: "ctxchain",
      dependencies: [
        "CLinux", "CMeter", "Commands", "Context", "Control", "EventLoop", "Exporter", "Laboratory", "LoadClient",
        "Node",
        "Results",
      ],
      swiftSettings: swiftSettings),
    .target(
      name: "TestSupport", dependencies: ["Bytes", "EventLoop", "TransportCore", "TransportFrame", "Statistics"],
      path: "Tests/TestSupport",
      swiftSettings: swiftSettings),
    tests("BytesTests", ["Bytes", "TestSupport", "Statistics"]),
    tests(
      "TransportTests",
      [
        "Bytes", "Context", "Control", "EventLoop", "LoadClient", "Node", "Propagation", "Statistics", "TestSupport",
        "Topology", "TransportCore", "TransportFrame",
      ]),
    tests("TransportHTTP1Tests", ["Bytes", "Statistics", "TestSupport", "TransportHTTP1", "TransportMessages"]),
    tests("EventLoopTests", ["Bytes", "EventLoop", "CLinux", "TestSupport", "Statistics"]),
    tests("ContextTests", ["Context", "Statistics"]),
    tests("ContextGenerationTests", ["Context", "ContextGeneration", "Statistics", "Topology"]),
    tests("TransportGRPCTests", ["Bytes", "Statistics", "TestSupport", "TransportGRPC", "TransportMessages"]),
    tests(
      "PropagationTests",
      ["Bytes", "Propagation", "Context", "Statistics", "TransportGRPC", "TransportHTTP1", "TransportMessages"]),
    tests("ContextPropagatorsTests", ["ContextPropagators", "Propagation", instrumentation]),
    tests(
      "GatewayTests",
      ["Gateway", "Context", "Propagation", "Statistics", "TestSupport", "Topology", "TransportCore", "TransportFrame"]),
    tests("LaboratoryTests", ["Laboratory", "Context", "Propagation", "Report", "Results", "Statistics"]),
    tests("TopologyTests", ["Topology", "Statistics"]),
    tests("OrchestrationTests", ["Orchestration", "Topology"]),
    tests("StatisticsTests", ["Statistics"]),
    tests("SymbolsTests", ["Symbols"]),
    tests("ControlTests", ["Control", "ProcessFigures"]),
    tests("ReportTests", ["Control", "Report", "Results", "Statistics", "Topology"]),
    tests("SpansTests", ["Spans"]),
    tests("ExporterTests", ["Control", "Exporter", "TransportMessages"]),
    tests(
      "MetricsTests",
      ["Control", "EventLoop", "Metrics", "Propagation", "Statistics", "Topology", "TransportMessages"]),
    tests("LauncherTests", ["Launcher", "Results", "Statistics", "Topology"]),
    tests(
      "NodeTests",
      [
        "Context", "Control", "EventLoop", "Node", "Results", "TestSupport", "Topology", "TransportCore",
        "TransportFrame",
      ]),
    tests(
      "FuzzTests",
      [
        "Bytes", "Context", "Control", "EventLoop", "Gateway", "Node", "Propagation", "Statistics", "Topology",
        "TransportCore", "TransportFrame",
      ]),
    tests(
      "LoadClientTests",
      [
        "Bytes", "Context", "Control", "EventLoop", "LoadClient", "Propagation", "Statistics", "TestSupport",
        "Topology",
        "TransportCore", "TransportFrame",
      ]),
    tests("CommandsTests", ["Commands", "Control", "Results"]),
    tests("EndToEndTests", []),
    tests("TidyTests", []),
  ]
)

// For `make fuzz-coverage` alone. A static library, because the main function is libFuzzer's.
if Context.environment["CTXCHAIN_FUZZER"] != nil {
  package.products.append(.library(name: "ExtractorFuzzer", type: .static, targets: ["ExtractorFuzzer"]))
  package.targets.append(
    .target(
      name: "ExtractorFuzzer",
      dependencies: [
        "Bytes", "Context", "Propagation", "TransportFrame", "TransportGRPC", "TransportHTTP1", "TransportMessages",
      ],
      path: "Tests/ExtractorFuzzer",
      swiftSettings: swiftSettings))
}
