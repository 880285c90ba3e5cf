import Foundation
import Runs
import TestSupport
import Testing

/// `figures.json`.
@Suite struct RunFiguresTests {
  private let figures = RunFigures(
    run: "a/b/seed-1", dataset: "<b>\"tiny\"\n", isDrawn: true,
    figures: [
      .init(
        name: "maps", file: "maps.png", preview: "maps.jpg", paper: "Figure 6", caption: "c", alternative: "a",
        width: 9,
        height: 7, rows: [.init(image: "x.jpg", numbers: ["p": 0.25], words: ["gender": ["female"]])])
    ], leftOut: ["parts": "no task"])

  @Test("a record reads back as itself")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    #expect(try RunFigures(in: folder.url) == nil)
    try figures.write(to: folder.url)
    #expect(try RunFigures(in: folder.url) == figures)
    #expect(folder.files() == [RunFigures.fileName])
  }

  @Test("a damaged record says what is wrong and what to do")
  func damaged() throws {
    let folder = try TemporaryFolder()
    for (text, word) in [("{", "no JSON"), ("{\"run\": \"x\"}", "is missing"), ("[]", "wrong type")] {
      try Data(text.utf8).write(to: folder.url.appendingPathComponent(RunFigures.fileName))
      do {
        _ = try RunFigures(in: folder.url)
        Issue.record("\(text) was taken")
      } catch {
        #expect("\(error)".contains(word) && "\(error)".contains("aanet figures"), "\(error)")
      }
    }
    #expect(folder.files() == [RunFigures.fileName])
  }
}
