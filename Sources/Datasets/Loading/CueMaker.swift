import Models
import Support

/// Makes what tasks read of an image beside the network's input. Each thread has its own.
struct CueMaker {
  let inputs: [CueInput]
  private let cues: DatasetCues
  private let cache: DecodedCache?
  private var resizers: [BodyCrop: ImageResizer] = [:]

  init(_ inputs: [CueInput], of cues: DatasetCues, cache: DecodedCache?) {
    self.inputs = inputs
    self.cues = cues
    self.cache = cache
  }

  /// What an input is of an image that is not mirrored.
  ///
  /// - Parameters:
  ///   - decoded: the image at the network's size.
  ///   - full: the image as its file has it.
  /// - Throws: ``PlainError`` with the name of the file that cannot be used.
  mutating func make(
    _ input: CueInput, of image: LabelledImage, decoded: DecodedImage, size: ImageSize,
    full: () throws(PlainError) -> Image
  ) throws(PlainError) -> CueProduct {
    // A box is looked at once: what is made of it is not kept.
    let key = image.box == nil ? DecodedCache.ProductKey(path: image.file.path, input: input) : nil
    if let key, let known = cache?.product(key) { return known }
    let product: CueProduct
    switch input {
    case .regionWeights(let rows, let columns, let scale):
      product = .numbers(try regionWeights(of: image, decoded.extent, rows: rows, columns: columns, scale: scale))
    case .crop(let crop):
      let box = BodyBox(crop, of: try cues.points(of: image, extent: decoded.extent))
      let pixels = box.pixels(height: decoded.extent.height, width: decoded.extent.width)
      let cut = try full().cut(rows: pixels.rows, columns: pixels.columns)
      product = .levels(
        resizers[crop, default: ImageResizer(to: ImageSize(height: crop.height, width: crop.width))].resize(cut))
    case .partImage(let height, let width):
      let points = try cues.points(of: image, extent: decoded.extent)
      let table = Normalization.table
      return .numbers(
        PartImage.make(
          of: { Double(table[Int(decoded.pixels[$0]) * 3 + $0 % 3]) }, source: size, points: points, height: height,
          width: width, black: (0..<3).map { Double(table[$0]) }))
    }
    if let key { cache?.keep(product, as: key) }
    return product
  }

  private func regionWeights(
    of image: LabelledImage, _ extent: FileExtent, rows: Int, columns: Int, scale: Int
  ) throws(PlainError) -> [Float] {
    guard let labels = try cues.labels(of: image, extent: extent), let scheme = cues.settings.parsing?.scheme else {
      return RegionMaps.wholeImage(height: rows, width: columns)
    }
    return RegionMaps(labels, scheme: scheme, rows: rows * scale, columns: columns * scale)
      .weights(height: rows, width: columns)
  }
}

/// One image's input beside the network's.
enum CueProduct {
  /// 8-bit RGB, to be normalised.
  case levels([UInt8])
  /// Numbers as tasks read them.
  case numbers([Float])

  var bytes: Int {
    switch self {
    case .levels(let levels): levels.count
    case .numbers(let numbers): numbers.count * MemoryLayout<Float>.stride
    }
  }

  /// Writes the numbers that a task reads, `rows × columns × channels`, mirrored left to right where `flip` says so.
  func write(shape: [Int], flip: Bool, to target: UnsafeMutablePointer<Float>) {
    let (rows, columns, channels) = (shape[0], shape[1], shape[2])
    switch self {
    case .levels(let levels):
      Normalization.write(levels, size: ImageSize(height: rows, width: columns), flip: flip, to: target)
    case .numbers(let numbers):
      for row in 0..<rows {
        for column in 0..<columns {
          let from = (row * columns + (flip ? columns - 1 - column : column)) * channels
          let to = (row * columns + column) * channels
          for channel in 0..<channels { target[to + channel] = numbers[from + channel] }
        }
      }
    }
  }
}

extension CueInput {
  /// Numbers of one image's.
  var count: Int { shape.reduce(1, *) }

  /// Bytes that a cache keeps of one image's: a part image is made anew each time, which costs less than its memory.
  var keptBytes: Int {
    switch self {
    case .regionWeights: count * MemoryLayout<Float>.stride
    case .crop: count
    case .partImage: 0
    }
  }
}
