// The pooled-map store: the map store, whose dictionary comes from a pool and goes back there.

/// Emptied on return, its capacity kept: what a dictionary has grown to is grown once and not for each request. What
/// its values allocate is not pooled, because they are gone with the request.
package final class PooledMapContext: MapContext {
  package override init() {
    super.init()
    map = MapPool.shared.take()
  }

  deinit { MapPool.shared.giveBack(&map) }

  package override func reset() {
    MapPool.shared.giveBack(&map)
    super.reset()
    map = MapPool.shared.take()
  }
}
