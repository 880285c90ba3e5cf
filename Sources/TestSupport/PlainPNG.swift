/// PNG files put together by hand, of kinds that the project's own writers never write.
package struct PlainPNG: Sendable {
  /// How a pixel is stored, by the format's numbers.
  package enum Kind: UInt8, Sendable {
    case grey = 0
    case colour = 2
    case palette = 3
    case greyWithOpacity = 4
    case colourWithOpacity = 6

    var samples: Int {
      switch self {
      case .grey, .palette: 1
      case .greyWithOpacity: 2
      case .colour: 3
      case .colourWithOpacity: 4
      }
    }
  }

  package var width: Int
  package var height: Int
  package var kind: Kind
  package var depth: UInt8
  package var isInterlaced = false
  /// Red, green and blue of each number.
  package var palette: [UInt8] = []
  /// Chunks before the pixels: name and contents.
  package var chunks: [(name: String, body: [UInt8])] = []
  /// The first sample of each pixel; the others of a pixel have the same number.
  package var numbers: [UInt8]

  package init(
    width: Int, height: Int, numbers: [UInt8], kind: Kind = .palette, depth: UInt8 = 8
  ) {
    self.width = width
    self.height = height
    self.numbers = numbers
    self.kind = kind
    self.depth = depth
    if kind == .palette { palette = (0..<min(256, 1 << Int(depth))).flatMap { [UInt8($0), 0, 255] } }
  }

  /// The file.
  package var bytes: [UInt8] {
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    file += Self.chunk(
      "IHDR", Self.big(width) + Self.big(height) + [depth, kind.rawValue, 0, 0, isInterlaced ? 1 : 0])
    if !palette.isEmpty { file += Self.chunk("PLTE", palette) }
    for (name, body) in chunks { file += Self.chunk(name, body) }
    return file + Self.chunk("IDAT", Self.stored(lines)) + Self.chunk("IEND", [])
  }

  /// Rows without a filter; of an interlaced file those of its seven passes.
  private var lines: [UInt8] {
    guard isInterlaced else { return line(rows: 0, 1, columns: 0, 1) }
    let passes = [(0, 8, 0, 8), (0, 8, 4, 8), (4, 8, 0, 4), (0, 4, 2, 4), (2, 4, 0, 2), (0, 2, 1, 2), (1, 2, 0, 1)]
    return passes.flatMap { line(rows: $0.0, $0.1, columns: $0.2, $0.3) }
  }

  private func line(rows top: Int, _ down: Int, columns left: Int, _ across: Int) -> [UInt8] {
    guard left < width else { return [] }
    return stride(from: top, to: height, by: down).flatMap { row -> [UInt8] in
      var line: [UInt8] = [0]
      var (byte, filled) = (0, 0)
      for column in stride(from: left, to: width, by: across) {
        let number = numbers[row * width + column]
        for _ in 0..<kind.samples {
          switch depth {
          case 8: line.append(number)
          case 16: line += [number, number]
          default:
            byte = byte << Int(depth) | Int(number)
            filled += Int(depth)
            if filled == 8 {
              line.append(UInt8(byte))
              (byte, filled) = (0, 0)
            }
          }
        }
      }
      if filled > 0 { line.append(UInt8(byte << (8 - filled))) }
      return line
    }
  }

  private static func big(_ number: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
  }

  /// A chunk with its length and its check sum.
  package static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
    let named = Array(name.utf8) + body
    var sum: UInt32 = .max
    for byte in named {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return big(body.count) + named + big(Int(~sum))
  }

  /// Bytes as a stream of zlib that compresses nothing.
  private static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var place = 0
    repeat {
      let piece = bytes[place..<min(place + 0xFFFF, bytes.count)]
      place += piece.count
      let count = UInt16(piece.count)
      stream += [
        place == bytes.count ? 1 : 0, UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8),
      ]
      stream += piece
    } while place < bytes.count
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    return stream + big(Int(b << 16 | a))
  }
}
