import Datasets
import Foundation

/// Rows of tiles with their headings: the form of all pictures here.
package struct Panel {
  /// Tiles side by side under a line of text.
  package struct Row {
    /// The text; empty takes no room.
    package var title = ""
    package var tiles: [Tile]
  }

  /// Words over the columns; empty takes no room.
  package var headings: [Tile.Caption] = []
  /// The rows.
  package var rows: [Row]
  /// What the colours mean, under the rows; nil where there are none.
  package var scale: String?
  /// Signs and what they mean, under the rows.
  package var key: [(frame: Tile.Frame, text: String)] = []

  private static let margin = 24
  private static let between = 20
  private static let wideGap = 44
  private static let titleHeight = 38
  private static let headingHeight = 30
  private static let captionHeight = 21
  private static let rowGap = 22
  private static let footHeight = 52
  private static let textSize = 16.0
  /// Letters of a row's title.
  private static let longestTitle = 130
  /// The width of an average letter of DejaVu Sans, and of its bold, as a share of its size.
  private static let letter = (plain: 0.6, bold: 0.66)

  /// The panel as pixels.
  ///
  /// - Throws: `PlainError` where gnuplot, which draws letters and lines, is missing or fails.
  package func drawn() throws -> Image {
    let places = layout()
    var image = Image(width: places.width, height: places.height, red: 255, green: 255, blue: 255)
    var ink = Ink()
    for (column, heading) in headings.enumerated() {
      guard let x = places.tiles.first?.dropFirst(column).first?.x else { break }
      write(heading, in: &ink, column: x, y: Self.margin + Self.headingHeight / 2)
    }
    for (row, corners) in zip(rows, places.tiles) {
      if let corner = corners.first, !row.title.isEmpty {
        ink.text(
          Self.shortened(row.title, to: Self.longestTitle), x: Double(corner.x),
          y: Double(corner.y - Self.titleHeight / 2 - 2), size: Self.textSize, isBold: true)
      }
      for (tile, corner) in zip(row.tiles, corners) { draw(tile, at: corner, on: &image, &ink) }
    }
    drawFoot(on: &image, &ink, y: places.height - Self.footHeight)
    image.cover(with: try ink.layer(width: image.width, height: image.height))
    return image
  }

  /// The panel as a PNG file.
  ///
  /// - Throws: as ``drawn()``.
  package func png() throws -> Data { try PNG.encode(try drawn()) }

  // MARK: Places

  private typealias Corner = (x: Int, y: Int)

  private func layout() -> (tiles: [[Corner]], width: Int, height: Int) {
    var y = Self.margin + (headings.isEmpty ? 0 : Self.headingHeight)
    var width = 0
    var tiles: [[Corner]] = []
    for (number, row) in rows.enumerated() {
      if number > 0 { y += Self.rowGap }
      if !row.title.isEmpty { y += Self.titleHeight }
      var x = Self.margin
      var corners: [Corner] = []
      for (place, tile) in row.tiles.enumerated() {
        if place > 0 { x += tile.before == .none ? Self.between : Self.wideGap }
        corners.append((x, y))
        x += Tile.width
      }
      tiles.append(corners)
      let title = Double(min(row.title.count, Self.longestTitle)) * Self.textSize * Self.letter.bold
      width = max(width, x + Self.margin, Int(title) + 2 * Self.margin)
      y += Tile.height + 8 + (row.tiles.map(\.captions.count).max() ?? 0) * Self.captionHeight
    }
    let hasFoot = scale != nil || !key.isEmpty
    return (tiles, max(width, hasFoot ? footWidth : 0), y + (hasFoot ? Self.footHeight : 0) + Self.margin / 2)
  }

  private static let bar = (width: 200, height: 16)
  private static let footText = 14.0

  /// How far a line of small text reaches.
  private static func extent(_ text: String) -> Int { Int(Double(text.count) * footText * letter.plain) }

  private var footWidth: Int {
    let bar = scale.map { Self.bar.width + 14 + Self.extent($0) + 30 } ?? 0
    return Self.margin * 2 + bar + key.reduce(0) { $0 + 66 + Self.extent($1.text) }
  }

  // MARK: Drawing

  private func draw(_ tile: Tile, at corner: Corner, on image: inout Image, _ ink: inout Ink) {
    if case .sign(let sign) = tile.before {
      ink.text(
        sign, x: Double(corner.x) - Double(Self.wideGap) / 2, y: Double(corner.y + Tile.height / 2), size: 30, .center)
    }
    if let picture = tile.picture {
      let x = corner.x + (Tile.width - picture.width) / 2
      let y = corner.y + (Tile.height - picture.height) / 2
      image.paste(picture, x: x, y: y)
      let box = Box(x: Double(x), y: Double(y), width: Double(picture.width), height: Double(picture.height))
      drawMarks(of: tile, in: box, &ink)
      Self.draw(tile.frame, about: box, &ink)
    }
    for (line, caption) in tile.captions.enumerated() {
      write(caption, in: &ink, column: corner.x, y: corner.y + Tile.height + 18 + line * Self.captionHeight)
    }
  }

  /// Writes in the middle of a column, smaller where the words would not fit.
  private func write(_ caption: Tile.Caption, in ink: inout Ink, column x: Int, y: Int) {
    let room = Double(Tile.width + Self.between / 4)
    let letter = caption.isBold ? Self.letter.bold : Self.letter.plain
    let size = min(Self.textSize, max(10.5, room / letter / Double(max(1, caption.text.count))))
    let most = Int(room / size / letter + 0.01)
    ink.text(
      Self.shortened(caption.text, to: most), x: Double(x) + Double(Tile.width) / 2, y: Double(y), size: size, .center,
      colour: caption.isPale ? .pale : .ink, isBold: caption.isBold)
  }

  /// A text of at most so many letters, its middle left out where it has more: file names differ at their ends.
  package static func shortened(_ text: String, to most: Int) -> String {
    guard text.count > most, most >= 3 else { return text }
    let head = (most - 1) / 2
    return text.prefix(head) + "…" + text.suffix(most - 1 - head)
  }

  /// A rectangle in the panel's pixels.
  private struct Box {
    let x: Double
    let y: Double
    let width: Double
    let height: Double
  }

  private func drawMarks(of tile: Tile, in box: Box, _ ink: inout Ink) {
    for line in tile.lines {
      let ends = [line.from, line.to].map { (x: box.x + $0.x * box.width, y: box.y + $0.y * box.height) }
      ink.line(ends[0], ends[1], width: 4, colour: .ink)
      ink.line(ends[0], ends[1], width: 2, colour: .white)
    }
    for disc in tile.discs {
      let (x, y) = (box.x + disc.x * box.width, box.y + disc.y * box.height)
      ink.disc(x: x, y: y, radius: disc.radius, fill: .white, rim: .ink, line: 1.2)
      ink.text(disc.label, x: x, y: y, size: disc.radius * 1.3, .center, isBold: true)
    }
  }

  private static func draw(_ frame: Tile.Frame, about box: Box, _ ink: inout Ink) {
    let look: (line: Double, colour: Ink.Colour, dash: Ink.Dash)? =
      switch frame {
      case .none: nil
      case .query: (2, .ink, .solid)
      case .chosen: (4, .ink, .solid)
      case .right: (5, .right, .solid)
      case .wrong: (5, .wrong, .dashed)
      }
    guard let look else { return }
    let room = look.line / 2 + 1
    ink.frame(
      x: box.x - room, y: box.y - room, width: box.width + 2 * room, height: box.height + 2 * room, line: look.line,
      colour: look.colour, dash: look.dash)
    if frame == .right || frame == .wrong { drawSign(frame, x: box.x + 17, y: box.y + 17, &ink) }
  }

  /// A tick or a cross on a white disc.
  private static func drawSign(_ frame: Tile.Frame, x: Double, y: Double, _ ink: inout Ink) {
    let colour: Ink.Colour = frame == .right ? .right : .wrong
    ink.disc(x: x, y: y, radius: 13, fill: .white, rim: colour)
    let strokes: [((Double, Double), (Double, Double))] =
      frame == .right
      ? [((-6.5, 0.5), (-2, 5.5)), ((-2, 5.5), (6.5, -5))] : [((-5, -5), (5, 5)), ((-5, 5), (5, -5))]
    for (from, to) in strokes {
      ink.line((x + from.0, y + from.1), (x + to.0, y + to.1), width: 3, colour: colour)
    }
  }

  private func drawFoot(on image: inout Image, _ ink: inout Ink, y: Int) {
    var x = Self.margin
    if let scale {
      // Drawn as over a middle grey, which is what the colours look like on the pictures.
      let bar = Self.bar
      for column in 0..<bar.width {
        let colour = ColourMap.colour(Double(column) / Double(bar.width - 1))
        for row in 0..<bar.height {
          let place = ((y + 12 + row) * image.width + x + column) * 3
          for (channel, tone) in [colour.red, colour.green, colour.blue].enumerated() {
            image.pixels[place + channel] = Image.mix(128, tone, HeatMap.opacity)
          }
        }
      }
      let middle = Double(y + 20)
      ink.text("0", x: Double(x), y: middle + 20, size: 13)
      ink.text("1", x: Double(x + bar.width), y: middle + 20, size: 13, .right)
      ink.text(scale, x: Double(x + bar.width + 14), y: middle, size: Self.footText)
      x += bar.width + 14 + Self.extent(scale) + 30
    }
    for entry in key {
      switch entry.frame {
      case .right, .wrong: Self.drawSign(entry.frame, x: Double(x + 13), y: Double(y + 20), &ink)
      default:
        Self.draw(entry.frame, about: Box(x: Double(x + 4), y: Double(y + 11), width: 18, height: 18), &ink)
      }
      ink.text(entry.text, x: Double(x + 36), y: Double(y + 20), size: Self.footText)
      x += 66 + Self.extent(entry.text)
    }
  }
}
