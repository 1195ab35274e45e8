// How far a node's callees are, by what its kernel knows of connections that are there anyway.

internal import Control
internal import EventLoop

extension NodeServer {
  /// Of every replica to which there is a connection.
  var edgeRoundTrips: [EdgeRoundTrip] {
    edges.flatMap { edge in
      let times = edge.roundTrips
      return Set(times.map(\.address)).sorted().map { replica in
        let own = times.filter { $0.address == replica }.map(\.time)
        return EdgeRoundTrip(
          service: edge.service, replica: replica, least: own.map(\.least).min() ?? 0,
          smoothed: own.map(\.smoothed).reduce(0, +) / Int64(max(1, own.count)))
      }
    }.reduce(into: []) { $0 = $0.merging([$1]) }
  }
}
