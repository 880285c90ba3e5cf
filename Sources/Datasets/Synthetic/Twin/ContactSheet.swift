import Foundation

/// A picture of a dataset to look at: a row per identity, its images over the cameras, with their file names.
public enum ContactSheet {
  /// Draws a sheet.
  ///
  /// - Parameters:
  ///   - folder: a dataset in the benchmarks' layout, or one folder of images.
  ///   - rows: identities, spread evenly over those that there are.
  ///   - columns: images of each, spread over the cameras.
  ///   - zoom: how many times larger than 64×128 each image is shown.
  ///   - skip: how many identities to pass over, to see others.
  /// - Throws: ``DatasetError`` where there are no images; ``JPEGError`` where one cannot be read.
  public static func make(
    dataset folder: URL, rows: Int = 9, columns: Int = 10, zoom: Int = 2, skip: Int = 0
  ) throws -> Image {
    let shown = try choose(from: folder, rows: rows, columns: columns, skip: skip)
    let (cellWidth, cellHeight) = (64 * zoom + 4, 128 * zoom + 14)
    var sheet = Image(
      width: 46 + columns * cellWidth, height: max(1, shown.count) * cellHeight + 4, red: 250, green: 250, blue: 248)
    for (row, images) in shown.enumerated() {
      let top = 2 + row * cellHeight
      TinyFont.write(images.identity, on: &sheet, x: 6, y: top + 8, size: 2)
      for (column, url) in images.files.enumerated() {
        let left = 46 + column * cellWidth
        do {
          let picture = try JPEG.decode(Array(Data(contentsOf: url))).image
          draw(picture, on: &sheet, x: left, y: top, width: 64 * zoom, height: 128 * zoom)
        } catch let error as JPEGError {
          throw DatasetError("\(url.path): \(error.description)")
        }
        let name = url.deletingPathExtension().lastPathComponent.split(separator: "_").dropFirst().joined(
          separator: "_")
        TinyFont.write(String(name.prefix(64 * zoom / 8)), on: &sheet, x: left, y: top + 128 * zoom + 3, size: zoom)
      }
    }
    return sheet
  }

  private struct Row {
    var identity: String
    var files: [URL]
  }

  /// Images by identity, cameras in turn so that a row shows as many as there are.
  private static func choose(from folder: URL, rows: Int, columns: Int, skip: Int) throws(DatasetError) -> [Row] {
    var groups: [String: [String: [URL]]] = [:]
    let folders = [folder] + TwinSummary.folders.map { folder.appendingPathComponent($0) }
    for place in folders {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? [] where name.hasSuffix(".jpg")
      {
        let parts = name.split(separator: "_")
        guard parts.count >= 2 else { continue }
        groups[String(parts[0]), default: [:]][String(parts[1].prefix(2)), default: []].append(
          place.appendingPathComponent(name))
      }
    }
    let identities = groups.keys.filter { $0 != "-1" && $0 != "0000" }.sorted()
    guard !identities.isEmpty else {
      throw DatasetError(
        "\(folder.path): has no images named like 0002_c1s1_000451_03.jpg; is it a dataset?")
    }
    let strays = ["0000", "-1"].filter { groups[$0] != nil }
    let wanted = max(1, rows - strays.count)
    let step = max(1, identities.count / wanted)
    let chosen = (0..<min(wanted, identities.count)).map { identities[($0 * step + skip) % identities.count] }
    return (chosen + strays).map { identity in
      let cameras = (groups[identity] ?? [:]).sorted { $0.key < $1.key }.map { entry in
        entry.value.sorted { $0.lastPathComponent < $1.lastPathComponent }
      }
      var files: [URL] = []
      var depth = 0
      while files.count < columns, cameras.contains(where: { $0.count > depth }) {
        for camera in cameras where camera.count > depth && files.count < columns { files.append(camera[depth]) }
        depth += 1
      }
      return Row(identity: identity, files: files.sorted { $0.lastPathComponent < $1.lastPathComponent })
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
