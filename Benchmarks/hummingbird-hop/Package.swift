// swift-tools-version: 6.2
// A package of its own: only `make bench ONLY=wires` builds it.
import PackageDescription

let package = Package(
  name: "hummingbird-hop",
  platforms: [.macOS(.v14)],
  dependencies: [
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.0.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.20.0"),
  ],
  targets: [
    .executableTarget(
      name: "hop",
      dependencies: [
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
      ])
  ]
)
