// Memory for nghttp2 that is used again: once as many streams have been open as are open now, a stream allocates nothing.

internal import CNghttp2
internal import Glibc

/// Free lists by size, of one session. A handle; its owner calls `deallocate` once, when the session is gone.
struct HTTP2Memory {
  /// Blocks of 32 bytes, 64 and so on, their heads included; what is larger goes back at once.
  private static let classCount = 10
  /// In front of each block: its class, and how many bytes it has for its user.
  private static let headSize = 16

  private typealias List = UnsafeMutablePointer<UnsafeMutableRawPointer?>

  /// The first free block of each class; the first word of a free block is the next.
  private let lists: List

  init() {
    lists = .allocate(capacity: HTTP2Memory.classCount)
    lists.initialize(repeating: nil, count: HTTP2Memory.classCount)
  }

  func deallocate() {
    for index in 0..<HTTP2Memory.classCount {
      while let block = lists[index] {
        lists[index] = block.load(as: UnsafeMutableRawPointer?.self)
        Glibc.free(block - HTTP2Memory.headSize)
      }
    }
    lists.deallocate()
  }

  /// For nghttp2, which copies it.
  var functions: nghttp2_mem {
    nghttp2_mem(
      mem_user_data: lists,
      malloc: { size, lists in HTTP2Memory.allocate(size, HTTP2Memory.list(lists)) },
      free: { block, lists in HTTP2Memory.free(block, HTTP2Memory.list(lists)) },
      calloc: { count, size, lists in
        let (total, isTooLarge) = count.multipliedReportingOverflow(by: size)
        guard !isTooLarge, let block = HTTP2Memory.allocate(total, HTTP2Memory.list(lists)) else { return nil }
        block.initializeMemory(as: UInt8.self, repeating: 0, count: total)
        return block
      },
      realloc: { block, size, lists in HTTP2Memory.reallocate(block, size, HTTP2Memory.list(lists)) })
  }

  private static func list(_ user: UnsafeMutableRawPointer?) -> List {
    user.unsafelyUnwrapped.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
  }

  private static func allocate(_ size: Int, _ lists: List) -> UnsafeMutableRawPointer? {
    let total = size &+ headSize
    let index = total <= 32 ? 0 : Int.bitWidth &- (total &- 1).leadingZeroBitCount &- 5
    if index < classCount, let block = lists[index] {
      lists[index] = block.load(as: UnsafeMutableRawPointer?.self)
      return block
    }
    let capacity = index < classCount ? 32 << index : total
    guard let head = Glibc.malloc(capacity) else { return nil }
    head.storeBytes(of: index, as: Int.self)
    head.storeBytes(of: capacity &- headSize, toByteOffset: 8, as: Int.self)
    return head + headSize
  }

  private static func free(_ block: UnsafeMutableRawPointer?, _ lists: List) {
    guard let block else { return }
    let index = (block - headSize).load(as: Int.self)
    guard index < classCount else { return Glibc.free(block - headSize) }
    block.storeBytes(of: lists[index], as: UnsafeMutableRawPointer?.self)
    lists[index] = block
  }

  private static func reallocate(_ block: UnsafeMutableRawPointer?, _ size: Int, _ lists: List)
    -> UnsafeMutableRawPointer?
  {
    guard let block else { return allocate(size, lists) }
    let capacity = (block - 8).load(as: Int.self)
    if size <= capacity { return block }
    guard let larger = allocate(size, lists) else { return nil }
    larger.copyMemory(from: block, byteCount: capacity)
    free(block, lists)
    return larger
  }
}
