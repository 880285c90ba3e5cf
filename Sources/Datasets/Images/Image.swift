/// A picture of 8-bit RGB pixels, rows from the top, `height × width × 3` values side by side.
package struct Image: Equatable, Sendable {
  package let width: Int
  package let height: Int
  /// Red, green and blue of each pixel, row by row.
  package var pixels: [UInt8]

  /// Makes a picture from its pixels; `pixels` must hold `width × height × 3` values.
  package init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(pixels.count == width * height * 3, "an image of \(width)x\(height) has \(width * height * 3) values")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  package init(width: Int, height: Int, red: UInt8 = 0, green: UInt8 = 0, blue: UInt8 = 0) {
    self.init(
      width: width, height: height,
      pixels: (0..<width * height).flatMap { _ in [red, green, blue] })
  }
}

/// The size of an image's file, in pixels, turned upright.
package struct FileExtent: Hashable, Sendable {
  package let width: Int
  package let height: Int

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  init(_ size: (width: Int, height: Int)) { self.init(width: size.width, height: size.height) }
}

extension Image {
  /// A piece of the picture.
  package func cut(rows: Range<Int>, columns: Range<Int>) -> Image {
    Image(
      width: columns.count, height: rows.count,
      pixels: rows.flatMap { row in
        pixels[(row * width + columns.lowerBound) * 3..<(row * width + columns.upperBound) * 3]
      })
  }
}

/// How a stored picture lies, by the value of EXIF's tag Orientation: which side of the scene its first row and its first
/// column show. A camera that is held on its side stores its sensor's rows and notes the turn here.
package enum ImageOrientation: Int, Sendable {
  case topLeft = 1
  case topRight, bottomRight, bottomLeft, leftTop, rightTop, rightBottom, leftBottom

  /// Whether the stored rows are the scene's columns, so that width and height change places.
  var swapsAxes: Bool { rawValue >= 5 }

  /// Whether a stored row runs from the scene's right to its left, or a stored column upwards, seen in the stored picture.
  private var isMirrored: (x: Bool, y: Bool) {
    switch self {
    case .topLeft, .leftTop: (false, false)
    case .topRight, .leftBottom: (true, false)
    case .bottomRight, .rightBottom: (true, true)
    case .bottomLeft, .rightTop: (false, true)
    }
  }

  /// The picture as the scene stands; the same picture where it is stored so.
  package func upright(_ image: Image) -> Image {
    guard self != .topLeft else { return image }
    let (width, height) = swapsAxes ? (image.height, image.width) : (image.width, image.height)
    // How far the stored place moves for a step to the right and for one down in the upright picture.
    let along = isMirrored.x ? -3 : 3
    let across = (isMirrored.y ? -3 : 3) * image.width
    let (right, down) = swapsAxes ? (across, along) : (along, across)
    let first =
      3 * ((isMirrored.x ? image.width - 1 : 0) + (isMirrored.y ? image.height - 1 : 0) * image.width)
    let pixels = [UInt8](unsafeUninitializedCapacity: image.pixels.count) { target, count in
      image.pixels.withUnsafeBufferPointer { source in
        var place = 0
        for y in 0..<height {
          var from = first + y * down
          for _ in 0..<width {
            target[place] = source[from]
            target[place + 1] = source[from + 1]
            target[place + 2] = source[from + 2]
            place += 3
            from += right
          }
        }
      }
      count = image.pixels.count
    }
    return Image(width: width, height: height, pixels: pixels)
  }
}

/// Reading it from a file (JIS X 3010 / Exif 2.32, sections 4.5.4 and 4.6.4; TIFF 6.0, section 2). Nothing in these bytes
/// is believed: every place is held against the end of the segment, and no offset but the first is followed, so that
/// directories that refer to each other in a circle are nothing special.
extension ImageOrientation {
  /// The orientation that a JPEG file's first EXIF segment states; ``topLeft`` where there is none, or it is damaged, or
  /// states what has no meaning.
  package init(ofJPEG bytes: [UInt8]) {
    self = Self.exif(in: bytes).flatMap { Self(tiff: bytes[$0]) } ?? .topLeft
  }

  /// Where the first EXIF segment's TIFF structure lies; nil where there is none before the image's data.
  private static func exif(in bytes: [UInt8]) -> Range<Int>? {
    guard bytes.starts(with: [0xFF, 0xD8]) else { return nil }
    var place = 2
    while true {
      // As libjpeg does: whatever stands before a marker is passed over, and 0xFF may be repeated before its code.
      while place < bytes.count, bytes[place] != 0xFF { place += 1 }
      while place < bytes.count, bytes[place] == 0xFF { place += 1 }
      guard place < bytes.count else { return nil }
      let code = bytes[place]
      place += 1
      switch code {
      case 0x00, 0x01, 0xD0...0xD7: continue  // alone, without a length
      case 0xD8...0xDA: return nil  // another image's start, the end, or this image's data
      default: break
      }
      guard bytes.count - place >= 2 else { return nil }
      let length = Int(bytes[place]) << 8 | Int(bytes[place + 1])
      guard length >= 2, length <= bytes.count - place else { return nil }
      let body = place + 2..<place + length
      if code == 0xE1, bytes[body].starts(with: Array("Exif\0\0".utf8)) { return body.dropFirst(6) }
      place = body.upperBound
    }
  }

  /// Reads a TIFF structure's first directory; nil where it does not lie in the bytes whole or has no such tag.
  private init?(tiff bytes: ArraySlice<UInt8>) {
    guard bytes.count >= 8 else { return nil }
    let isLittle: Bool
    switch (bytes[bytes.startIndex], bytes[bytes.startIndex + 1]) {
    case (0x49, 0x49): isLittle = true
    case (0x4D, 0x4D): isLittle = false
    default: return nil
    }
    func number(_ place: Int, bytes count: Int) -> Int {
      (0..<count).reduce(0) { $0 << 8 | Int(bytes[bytes.startIndex + place + (isLittle ? count - 1 - $1 : $1)]) }
    }
    let directory = number(4, bytes: 4)
    guard number(2, bytes: 2) == 42, directory >= 8, directory <= bytes.count - 2 else { return nil }
    let entries = number(directory, bytes: 2)
    guard entries <= (bytes.count - directory - 2) / 12 else { return nil }
    for entry in stride(from: directory + 2, to: directory + 2 + entries * 12, by: 12)
    where number(entry, bytes: 2) == 0x0112 {
      // One number of two bytes, which stands where larger values have their offset.
      guard number(entry + 2, bytes: 2) == 3, number(entry + 4, bytes: 4) == 1 else { return nil }
      self.init(rawValue: number(entry + 8, bytes: 2))
      return
    }
    return nil
  }
}
