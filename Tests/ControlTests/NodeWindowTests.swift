// The line in which a node says what it reads of itself.

import Control
import ProcessFigures
import Testing

@Suite("Windows as lines")
struct NodeWindowTests {
  private func read(_ line: [UInt8]) -> NodeWindow? {
    line.withUnsafeBytes { NodeWindow(line: $0) }
  }
  private func read(_ text: String) -> NodeWindow? { read(Array(text.utf8)) }

  @Test("A page of counters comes back word by word")
  func pages() throws {
    var page = CounterPage()
    page.deliveries = 12_345_678_901
    page.checksum = .max
    page.faultsByReason[31] = 7
    page.failedCallsByEdge[31] = 1
    var window = NodeWindow(token: 3, time: 17, cpuNanoseconds: 42)
    window.pages = [page.words, CounterPage().words]
    window.tasks.runQueueWait = 5
    window.tasks.involuntarySwitches = 0
    window.ticks = HostTicks(steal: 1, total: 99)
    window.resident = 1 << 40
    let back = try #require(read(window.line))
    #expect(CounterPage(words: back.pages[0]).words == page.words)
    #expect(CounterPage(words: back.pages[1]).words == CounterPage().words)
    var same = back
    same.pages = window.pages
    #expect(same == window)
  }

  @Test("Zeros are counted, and left out at the end")
  func form() {
    var window = NodeWindow(token: 1, time: 2, cpuNanoseconds: 3)
    window.pages = [[0, 0, 9, 0, 8, 0], [7], []]
    #expect(
      String(decoding: window.line, as: UTF8.self)
        == #"{"window":[1,2,3,null,null,null,null,null,null,null,[-2,9,-1,8],[7],[]]}"#)
  }

  @Test(
    "Any other line is none",
    arguments: [
      "", "{}", #"{"replaced":{}}"#, #"{"window":["#, #"{"window":[1,2]}"#,
      #"{"window":[1,2,3,null,null,null,null,null,null]}"#,
      #"{"window":[null,2,3,null,null,null,null,null,null,null]}"#,
      #"{"window":[1,2,3,null,null,null,null,null,null,nul]}"#,
      #"{"window":[1,2,3,null,null,null,null,null,null,null,[-]]}"#,
      #"{"window":[1,2,3,null,null,null,null,null,null,null,[1,]]}"#,
      #"{"window":[1,2,3,null,null,null,null,null,null,null,[-99999999999]]}"#,
      #"{"window":[1,2,3,null,null,null,null,null,null,null,[18446744073709551616]]}"#,
      #"{"window":[1,2,3,null,null,null,null,null,null,null,[-512,1]]}"#,
      #"{"window":[1,2,3,null,null,null,null,null,null,null]}x"#,
    ])
  func others(text: String) { #expect(read(text) == nil) }

  @Test("A line that is cut anywhere is none")
  func cut() {
    var window = NodeWindow(token: 1, time: 2, cpuNanoseconds: 3)
    window.pages = [[1, 0, 2]]
    let line = window.line
    for size in line.indices { #expect(read(Array(line[..<size])) == nil) }
  }
}
