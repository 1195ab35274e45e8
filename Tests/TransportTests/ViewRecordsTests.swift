// The records of an echo reply: bytes written out, round trips, and truncation at every byte.

import Bytes
import TestSupport
import Testing
import TransportCore
import TransportFrame

private struct View: Equatable {
  let path: String
  let image: [UInt8]
}

private func records(_ views: [View]) -> [UInt8] {
  written { buffer in
    for view in views {
      let place = ViewRecords.append(path: Array(view.path.utf8), imageSize: view.image.count, to: buffer)
      UnsafeMutableRawBufferPointer(start: place, count: view.image.count).copyBytes(from: view.image)
    }
  }
}

private func views(_ bytes: some Collection<UInt8>) -> (isWhole: Bool, views: [View]) {
  var list: [View] = []
  let isWhole = Array(bytes).withUnsafeBytes { bytes in
    ViewRecords.forEach(bytes) { path, image in
      list.append(View(path: String(decoding: path, as: UTF8.self), image: Array(image)))
    }
  }
  return (isWhole, list)
}

@Suite("View records")
struct ViewRecordsTests {
  private static let example = [
    View(path: "a", image: [1, 2, 3]), View(path: "a>b", image: []), View(path: "a>b>c", image: [9]),
  ]

  @Test("are exactly these bytes")
  func bytes() {
    #expect(
      records(ViewRecordsTests.example) == [
        1, 0, 0x61, 3, 0, 0, 0, 1, 2, 3,
        3, 0, 0x61, 0x3e, 0x62, 0, 0, 0, 0,
        5, 0, 0x61, 0x3e, 0x62, 0x3e, 0x63, 1, 0, 0, 0, 9,
      ])
  }

  @Test("come back in order")
  func roundTrip() {
    let read = views(records(ViewRecordsTests.example))
    #expect(read.isWhole)
    #expect(read.views == ViewRecordsTests.example)
    #expect(views([]).isWhole)
    #expect(views([]).views.isEmpty)
  }

  @Test("that are cut anywhere give the whole records before the cut, and say so")
  func truncation() {
    let bytes = records(ViewRecordsTests.example)
    let ends = [0, 10, 19, 31]
    for count in 0...bytes.count {
      let read = views(bytes.prefix(count))
      #expect(read.isWhole == ends.contains(count), "\(count) bytes")
      #expect(read.views == Array(ViewRecordsTests.example.prefix(ends.count { $0 <= count } - 1)), "\(count) bytes")
    }
  }

  @Test("with sizes beyond the bytes are refused")
  func hugeSizes() {
    for bytes in [[0xff, 0xff, 0x61, 0, 0, 0, 0], [0, 0, 0xff, 0xff, 0xff, 0xff], [0, 0, 0xff, 0xff, 0xff, 0x7f, 1]] {
      let read = views(bytes.map { UInt8($0) })
      #expect(!read.isWhole)
      #expect(read.views.isEmpty)
    }
  }
}
