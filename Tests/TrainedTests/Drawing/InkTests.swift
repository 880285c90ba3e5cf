import Foundation
import TestSupport
import Testing
import Trained

/// What gnuplot draws over pixels.
@Suite struct InkTests {
  @Test("names of any kind are letters, not commands")
  func hostileText() throws {
    let folder = try TemporaryFolder()
    let trap = folder.url.appendingPathComponent("trap").path
    for text in [
      "`touch \(trap)`", "'; system(\"touch \(trap)\"); '", "''''''; !touch \(trap)",
      "@undefined {/=90 big} a_b^c & %s",
      "line\nbreak\tand\u{0} nothing\u{202e}", "日本語 é 𝄞 🙂", String(repeating: "w'", count: 400), "\\", "(", " . ",
    ] {
      var ink = Ink()
      ink.text(text, x: 5, y: 20, size: 14)
      let layer = try ink.layer(width: 300, height: 40)
      #expect(layer.pixels.contains { $0 > 0 }, "\(text.debugDescription) left nothing")
    }
    #expect(!FileManager.default.fileExists(atPath: trap))
  }

  @Test("a long text is whole")
  func longText() throws {
    func reach(_ text: String) throws -> Int {
      var ink = Ink()
      ink.text(text, x: 0, y: 10, size: 10)
      let layer = try ink.layer(width: 1500, height: 20)
      return (0..<1500).last { x in (0..<20).contains { layer.pixels[($0 * 1500 + x) * 4 + 3] > 0 } } ?? 0
    }
    let fifty = try reach(String(repeating: "m", count: 50))
    let hundred = try reach(String(repeating: "m", count: 100))
    #expect(abs(hundred - 2 * fifty) < 10 && fifty > 300)
  }

  @Test("a frame leaves its inside and its outside alone")
  func frame() throws {
    var ink = Ink()
    ink.frame(x: 10, y: 10, width: 40, height: 20, line: 4, colour: .right)
    let layer = try ink.layer(width: 60, height: 40)
    func opacity(_ x: Int, _ y: Int) -> UInt8 { layer.pixels[(y * 60 + x) * 4 + 3] }
    #expect(opacity(30, 10) == 255 && opacity(10, 20) == 255 && opacity(50, 20) == 255 && opacity(30, 30) == 255)
    #expect(opacity(30, 20) == 0 && opacity(3, 3) == 0 && opacity(57, 37) == 0)
    let place = (10 * 60 + 30) * 4
    #expect(Array(layer.pixels[place..<place + 3]) == [0x00, 0x9E, 0x73])
  }
}
