// swift-tools-version: 6.2
// A package of its own: what the benchmarks need never reaches a user's build.
import PackageDescription

let package = Package(
  name: "Benchmarks",
  targets: [
    .executableTarget(
      name: "relay",
      cSettings: [.unsafeFlags(["-O2"])],
      linkerSettings: [.linkedLibrary("event_core")])
  ]
)
