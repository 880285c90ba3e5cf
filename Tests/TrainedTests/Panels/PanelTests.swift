import Datasets
import Foundation
import Layers
import Models
import Retrieval
import TestSupport
import Testing
import Trained

/// Panels: frames, signs, captions.
@Suite struct PanelTests {
  private func ranked(_ rights: [Bool?], files: [URL]) throws -> Panel {
    let gallery = SearchGallery(
      images: files.map { SearchImage(Photograph($0)) },
      descriptors: try Descriptors(files.map { _ in 0 }, dimension: 1), probabilities: files.map { _ in [] },
      labels: files.map { _ in nil })
    let hits = rights.enumerated().map { index, isRight in
      Search.Hit(
        index: index, rank: index + 1, unfilteredRank: index + 3, distance: 1, probability: nil, isRight: isRight)
    }
    let answer = Search.Answer(hits: hits, leftOut: 0, filtered: 2, trueMatches: nil)
    return try RankedPanel(gallery: gallery, top: 8).drawn([
      .init(title: "t", query: SearchImage(Photograph(files[0])), answer: answer)
    ])
  }

  private func files(_ names: [String]) throws -> [URL] {
    let folder = try TemporaryFolder()
    return try names.map {
      try folder.write(
        try JPEG.encode(Image(width: 64, height: 128, red: 128, green: 128, blue: 128), quality: 90), to: $0)
    }
  }

  @Test("right and wrong are framed as such, and nothing where nobody knows")
  func frames() throws {
    let panel = try ranked([true, false, nil], files: files(["a.jpg", "b.jpg", "c.jpg"]))
    #expect(panel.rows[0].tiles.map(\.frame) == [.query, .right, .wrong, .none])
    #expect(panel.rows[0].tiles[1].captions.map(\.text) == ["1 (was 3)", "a.jpg"])
    #expect(panel.key.map(\.frame) == [.right, .wrong])
    #expect(try ranked([nil], files: files(["a.jpg"])).key.isEmpty)
    #expect(try ranked([], files: files(["a.jpg"])).rows[0].tiles.last?.captions.first?.text == "nothing found")
  }

  /// Along the left edge of a tile's frame: a solid one has its colour in every row, a dashed one in some.
  @Test("frames differ without colour: solid and dashed")
  func solidAndDashed() throws {
    let image = try ranked([true, false], files: files(["a.jpg", "b.jpg"])).drawn()
    // Margin 24, title 38; the query's tile, a gap of 44, tiles of 128 with 20 between them.
    func edge(_ tile: Int) -> [[UInt8]] {
      let x = 24 + 128 + 44 + tile * 148 - 3
      return (80..<300).map { y in Array(image.pixels[(y * image.width + x) * 3..<(y * image.width + x) * 3 + 3]) }
    }
    let right = edge(0)
    #expect(right.allSatisfy { $0 == [0x00, 0x9E, 0x73] })
    let wrong = edge(1)
    #expect(wrong.contains([0xD5, 0x5E, 0x00]) && wrong.contains([255, 255, 255]))
    // In grey too: the dashes leave light between them.
    #expect((40...180).contains(wrong.count { $0 == [0xD5, 0x5E, 0x00] }))
  }

  @Test("a panel is a PNG file of its size, whatever names it holds")
  func hostileNames() throws {
    let names = ["'; system(\"id\").jpg", "<b>&amp;\n.jpg", String(repeating: "長", count: 60) + ".jpg"]
    let panel = try ranked([true, false, nil], files: files(names))
    let image = try panel.drawn()
    let read = try PNG.decode(try panel.png())
    #expect(read.width == image.width && read.height == image.height)
    #expect(image.width > 4 * Tile.width && image.height > Tile.height)
  }

  @Test("long names lose their middles")
  func shortened() {
    #expect(Panel.shortened("0002_c1s1_000451_03.jpg", to: 11) == "0002_…3.jpg")
    #expect(Panel.shortened("short", to: 5) == "short" && Panel.shortened("longer", to: 1) == "longer")
  }

  @Test("file names for panels are safe, and two stay two")
  func safeNames() {
    #expect(PanelName.safe("0002_c1s1_000451_03.jpg") == "0002_c1s1_000451_03.jpg")
    for name in ["../../etc/passwd", ".hidden", "a/b", "a b\n", "日本", String(repeating: "x", count: 500)] {
      let safe = PanelName.safe(name)
      #expect(!safe.contains("/") && !safe.hasPrefix(".") && safe.utf8.count <= 130)
      #expect(safe.utf8.allSatisfy { $0 > 32 && $0 < 127 })
    }
    #expect(PanelName.safe("a b") != PanelName.safe("a-b") && PanelName.safe("a b") != PanelName.safe("a\tb"))
  }

  @Test("maps: predicted values with their signs, chosen ones framed")
  func maps() throws {
    let file = try files(["0001_c1_f1.jpg"])[0]
    let scheme = AttributeScheme.dukeMTMC
    var maps = ImageMaps(height: 3, width: 2, peaks: [0, 3, 0, 0, 9, 0])
    maps.global = .init(predicted: 4, rows: 0..<3, width: 2, values: [0, 1, 2, 3, 4, 5])
    maps.attributes = scheme.attributes.indices.map { index in
      .init(predicted: index == 0 ? 1 : 0, rows: 0..<1, width: 2, values: [0, 1])
    }
    maps.attention = [0, 0, 0, 0.5, 1, 1]
    maps.parts = [0..<1, 1..<3].map { MapBox(rows: $0, columns: 0..<2) }
    var labels = [Int?](repeating: 0, count: 10)
    labels[1] = nil
    let subject = Subject(
      name: "0001_c1_f1.jpg", picture: try PictureFile.tile(Photograph(file)), maps: maps,
      probabilities: scheme.attributes.map { [0.996, 0.004] + $0.classes.dropFirst(2).map { _ in 0 } }, labels: labels)
    let panel = MapPanels(scheme: scheme, chosen: ["gender"]).all([subject])
    let tiles = panel.rows[0].tiles
    #expect(panel.headings.map(\.text).prefix(4) == ["image", "identity", "gender", "hat"] && tiles.count == 13)
    #expect(tiles[2].frame == .chosen && tiles[3].frame == .none)
    #expect(tiles[2].captions.map(\.text) == ["female", "< 0.01 ✗"])
    #expect(tiles[3].captions.map(\.text) == ["no", "> 0.99"])
    #expect(tiles[4].captions.map(\.text) == ["short", "> 0.99 ✓"])

    let parts = PartsPanel.drawn([subject], across: 3).rows[0].tiles
    #expect(parts[0].discs.count == 2 && parts[0].lines.count == 1)
    // Areas as 3 to 9; the largest just fills its place of 64 × 85 pixels.
    #expect(parts[0].discs[1].radius == 32 && abs(parts[0].discs[0].radius - 32 / 3.0.squareRoot()) < 1e-9)
    #expect(parts[1].discs.map(\.label) == ["1", "2"] && abs(parts[1].discs[1].y - 2.0 / 3) < 1e-12)

    // Boxes that overlap or leave gaps are outlined.
    maps.parts = [MapBox(rows: 0..<1, columns: 0..<2), MapBox(rows: 0..<3, columns: 1..<2)]
    let outlined = Subject(
      name: "a.jpg", picture: try PictureFile.tile(Photograph(file)), maps: maps, probabilities: [], labels: nil)
    let boxes = PartsPanel.drawn([outlined], across: 3).rows[0].tiles
    #expect(boxes[0].lines.count == 8 && boxes[1].captions.map(\.text) == ["2 boxes"])
    #expect(boxes[1].lines[4].from == (0.5, 0) && boxes[1].lines[5].to == (1, 1))
    #expect(boxes[1].discs.map(\.x) == [0.12, 0.75] && boxes[1].discs[1].y == 0.5)

    // Parts that places belong to more or less are maps of their own, as they are.
    maps.parts = []
    maps.softParts = [
      SoftPart(name: "head", values: [1, 1, 0.5, 0, 0, 0]), SoftPart(name: "shoes", values: [0, 0, 0.5, 1, 1, 1]),
    ]
    let soft = Subject(
      name: "a.jpg", picture: try PictureFile.tile(Photograph(file)), maps: maps, probabilities: [], labels: nil)
    let assigned = PartsPanel.drawn([soft, soft], across: 3)
    #expect(assigned.headings.map(\.text) == ["image", "head", "shoes"] && assigned.rows.count == 2)
    #expect(assigned.rows[1].tiles.map { $0.captions[0].text } == ["a", "0.42", "0.58"])

    let merged = MapPanels.merged([maps.attributes[0], maps.attributes[1]], like: maps)
    #expect(merged.values == [0, 1, 0, 0, 0, 0])
  }

  @Test("probabilities are not rounded to certainty")
  func shares() {
    #expect(
      [0, 0.001, 0.05, 0.5, 0.994, 0.996, 1].map(\.asShare) == [
        "0.00", "< 0.01", "0.05", "0.50", "0.99", "> 0.99", "1.00",
      ])
  }
}
