import Datasets
import Foundation
import Support

/// A picture of a dataset to look at: a row per identity, its images over the cameras, with their file names.
package enum ContactSheet {
  /// An image that may be shown.
  package struct Item: Sendable {
    /// What is written beside its row.
    let identity: String
    /// Tells cameras apart.
    let camera: String
    /// Whether it shows nobody of the dataset.
    let isStray: Bool
    let file: URL
    /// What is written beneath it.
    let caption: String
    /// The dataset's image; nil of a folder that is none.
    package var image: LabelledImage?
  }

  /// Where an image lies on the sheet, in pixels.
  package struct Frame: Sendable {
    package let x: Double
    package let y: Double
    package let width: Double
    package let height: Double
  }

  package static func items(of dataset: Dataset) -> [Item] {
    (dataset.train + dataset.gallery + dataset.query).map { image in
      let identity = image.identity < 0 ? "-1" : dataset.identityNames.name(of: image.identity)
      return Item(
        identity: identity, camera: String(image.camera), isStray: image.identity < 1, file: image.file,
        caption: caption(image.name), image: image)
    }
  }

  /// The images of a folder in a benchmark's layout, or of one folder of such images.
  ///
  /// - Throws: ``PlainError`` where there are none.
  package static func items(in folder: URL) throws(PlainError) -> [Item] {
    var items: [Item] = []
    for place in [folder] + TwinSummary.folders.map({ folder.appendingPathComponent($0) }) {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? [] where name.hasSuffix(".jpg")
      {
        let parts = name.split(separator: "_")
        guard parts.count >= 2 else { continue }
        items.append(
          Item(
            identity: String(parts[0]), camera: String(parts[1].prefix(2)), isStray: ["0000", "-1"].contains(parts[0]),
            file: place.appendingPathComponent(name), caption: caption(name)))
      }
    }
    guard items.contains(where: { !$0.isStray }) else {
      throw PlainError(
        "\(folder.path): has no images named like 0002_c1s1_000451_03.jpg; is it a dataset?")
    }
    return items
  }

  /// A name without its end and what stands before the first `_`, which is the identity.
  private static func caption(_ name: String) -> String {
    let last = name.split(separator: "/").last ?? ""
    return (last.split(separator: ".").first ?? "").split(separator: "_").dropFirst().joined(separator: "_")
  }

  /// Draws a sheet.
  ///
  /// - Parameters:
  ///   - images: what there is to show.
  ///   - rows: identities, spread evenly over those that there are.
  ///   - columns: images of each, spread over the cameras.
  ///   - zoom: how many times larger than 64×128 each image is shown.
  ///   - skip: how many identities to pass over, to see others.
  ///   - remark: told of images that end early or are damaged within.
  ///   - paint: gives what is shown of a picture, and is told where.
  /// - Throws: ``PlainError`` where an image cannot be read, and what `paint` throws.
  package static func make(
    _ images: [Item], rows: Int = 9, columns: Int = 10, zoom: Int = 2, skip: Int = 0,
    remark: (String) -> Void = { _ in },
    paint: (Item, Image, Frame) throws(PlainError) -> Image = { _, picture, _ throws(PlainError) in picture }
  ) throws(PlainError) -> Image {
    let shown = choose(from: images, rows: rows, columns: columns, skip: skip)
    let (cellWidth, cellHeight) = (64 * zoom + 4, 128 * zoom + 14)
    var sheet = Image(
      width: 46 + columns * cellWidth, height: max(1, shown.count) * cellHeight + 4, red: 250, green: 250, blue: 248)
    for (row, items) in shown.enumerated() {
      let top = 2 + row * cellHeight
      TinyFont.write(items.first?.identity ?? "", on: &sheet, x: 6, y: top + 8, size: 2)
      for (column, item) in items.enumerated() {
        let left = 46 + column * cellWidth
        let (width, height) = (64 * zoom, 128 * zoom)
        let frame = Frame(x: Double(left), y: Double(top), width: Double(width), height: Double(height))
        let shown = try paint(item, try picture(item.file, remark: remark), frame)
        draw(shown, on: &sheet, x: left, y: top, width: width, height: height)
        TinyFont.write(
          String(item.caption.prefix(64 * zoom / 8)), on: &sheet, x: left, y: top + 128 * zoom + 3, size: zoom)
      }
    }
    return sheet
  }

  private static func picture(_ file: URL, remark: (String) -> Void) throws(PlainError) -> Image {
    do throws(PlainError) {
      let bytes = try RegularFile.bytes(of: file.path, limit: ImageReader.maximumFileSize)
      do throws(PlainError) {
        let (image, warnings) = try JPEG.decode(bytes)
        if warnings > 0 { remark(ImageReader.remark(onDamaged: file.path)) }
        return image
      } catch {
        throw PlainError(error.description)
      }
    } catch {
      throw PlainError("\(file.path.quoted): \(error.description)")
    }
  }

  /// Images by identity, cameras in turn so that a row shows as many as there are; strangers in rows at the end.
  private static func choose(from images: [Item], rows: Int, columns: Int, skip: Int) -> [[Item]] {
    let people = Dictionary(grouping: images.filter { !$0.isStray }, by: \.identity)
    let strays = Dictionary(grouping: images.filter(\.isStray), by: \.identity)
    let identities = people.keys.sorted()
    let wanted = max(1, rows - strays.count)
    let step = max(1, identities.count / wanted)
    let chosen = (0..<min(wanted, identities.count)).map { identities[($0 * step + skip) % identities.count] }
    return (chosen.compactMap { people[$0] } + strays.keys.sorted(by: >).compactMap { strays[$0] }).map { images in
      let cameras = Dictionary(grouping: images, by: \.camera).sorted { $0.key < $1.key }.map { entry in
        entry.value.sorted { $0.file.lastPathComponent < $1.file.lastPathComponent }
      }
      var items: [Item] = []
      var depth = 0
      while items.count < columns, cameras.contains(where: { $0.count > depth }) {
        for camera in cameras where camera.count > depth && items.count < columns { items.append(camera[depth]) }
        depth += 1
      }
      return items.sorted { $0.file.lastPathComponent < $1.file.lastPathComponent }
    }
  }

  /// Copies a picture, scaled by repeating pixels, so that it is seen as it is.
  private static func draw(_ picture: Image, on sheet: inout Image, x: Int, y: Int, width: Int, height: Int) {
    for row in 0..<height {
      for column in 0..<width {
        let source = (row * picture.height / height * picture.width + column * picture.width / width) * 3
        let target = ((y + row) * sheet.width + x + column) * 3
        for channel in 0..<3 { sheet.pixels[target + channel] = picture.pixels[source + channel] }
      }
    }
  }
}

/// Letters of three by five dots, enough for file names.
enum TinyFont {
  /// Five rows of three dots each, the highest bit first.
  private static let glyphs: [Character: [UInt8]] = [
    "0": [7, 5, 5, 5, 7], "1": [2, 6, 2, 2, 7], "2": [7, 1, 7, 4, 7], "3": [7, 1, 7, 1, 7], "4": [5, 5, 7, 1, 1],
    "5": [7, 4, 7, 1, 7], "6": [7, 4, 7, 5, 7], "7": [7, 1, 1, 2, 2], "8": [7, 5, 7, 5, 7], "9": [7, 5, 7, 1, 7],
    "c": [0, 7, 4, 4, 7], "s": [0, 7, 6, 1, 7], "f": [3, 2, 7, 2, 2], "_": [0, 0, 0, 0, 7], "-": [0, 0, 7, 0, 0],
  ]

  /// Writes dark text; a letter that the font lacks is left blank.
  static func write(_ text: String, on image: inout Image, x: Int, y: Int, size: Int) {
    for (index, letter) in text.enumerated() {
      for (row, bits) in (glyphs[letter] ?? []).enumerated() {
        for column in 0..<3 where bits & (4 >> UInt8(column)) != 0 {
          for dot in 0..<size * size {
            let px = x + (index * 4 + column) * size + dot % size
            let py = y + row * size + dot / size
            guard px < image.width, py < image.height else { continue }
            for channel in 0..<3 { image.pixels[(py * image.width + px) * 3 + channel] = 40 }
          }
        }
      }
    }
  }
}
