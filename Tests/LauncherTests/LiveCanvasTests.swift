import Launcher
import Testing

@Suite("Drawing in place")
struct LiveCanvasTests {
  private let lines: [LiveLine] = [[LiveSpan("ab", .bold), LiveSpan("c")], [], [LiveSpan("de", .warning)]]

  @Test("The first drawing goes where the cursor is, the next over it")
  func over() {
    var canvas = LiveCanvas(hasColor: false)
    #expect(canvas.redraw(lines, width: 80) == "\rabc\u{1B}[K\r\n\u{1B}[K\r\nde\u{1B}[K\r\n\u{1B}[J")
    #expect(canvas.redraw([[LiveSpan("x")]], width: 80) == "\r\u{1B}[3Ax\u{1B}[K\r\n\u{1B}[J")
    #expect(canvas.redraw([], width: 80) == "\r\u{1B}[1A\u{1B}[J")
  }

  @Test("In a terminal of another width everything goes, and the next drawing is over it again", arguments: [3, 200])
  func resized(width: Int) {
    var canvas = LiveCanvas(hasColor: false)
    #expect(!canvas.redraw(lines, width: 80).contains("\u{1B}[2J"))
    #expect(canvas.redraw(lines, width: width).hasPrefix("\u{1B}[H\u{1B}[2Jabc"))
    #expect(canvas.redraw(lines, width: width).hasPrefix("\r\u{1B}[3Aabc"))
  }

  @Test("Colour is put around spans and ended behind each; without it there is none")
  func color() {
    var colored = LiveCanvas(hasColor: true)
    #expect(colored.redraw(lines, width: 80).hasPrefix("\r\u{1B}[1mab\u{1B}[0mc\u{1B}[K"))
    var plain = LiveCanvas(hasColor: false)
    #expect(!plain.redraw(lines, width: 80).contains("m"))
  }
}
