import Datasets
import Models
import Support
import Tensors

/// What a golden case of a model says of the making of its inputs from joints and labels: `op.maps`, `op.boxes`, `op.crop`
/// and `op.parts`.
struct CueOperations {
  private let tensors: [String: StoredTensor]
  private let files: Composition.Files
  private let scheme: LabelScheme
  private var comparison: CaseComparison

  /// The confidence from which on a joint counts as found, in cases.
  private static let threshold = 0.2
  /// Rows of 512 that boxes reach beyond neck and hips, in cases.
  private static let overlap = 15.0

  /// Whether the tensor of a name is one of these.
  static func holds(_ name: String) -> Bool {
    let words = name.split(separator: ".")
    guard words.count == 3, words[0] == "op" else { return false }
    return ["maps", "boxes", "crop", "parts"].contains(words[1])
  }

  /// Makes the inputs anew and compares them.
  ///
  /// - Parameter tensors: all of the case; others than these are passed over.
  /// - Throws: ``PlainError`` where a tensor is missing, does not fit, or is not compared.
  static func comparisons(
    _ tensors: [String: StoredTensor], files: Composition.Files?
  ) throws(PlainError) -> [ParityResult.Comparison] {
    let tensors = tensors.filter { holds($0.key) }
    guard !tensors.isEmpty else { return [] }
    guard let files else {
      throw PlainError("methods.yaml does not say of which size this method's image files are (files)")
    }
    var operations = CueOperations(
      tensors: tensors, files: files, scheme: files.scheme ?? .lip, comparison: CaseComparison(tensors, inputs: inputs))
    func has(_ operation: String) -> Bool { tensors.keys.contains { $0.hasPrefix("op.\(operation).") } }
    if has("maps") { try operations.maps() }
    if has("boxes") { try operations.boxes() }
    if has("crop") { try operations.crop() }
    if has("parts") { try operations.parts() }
    let compared = Set(operations.comparison.comparisons.map(\.name))
    if let left = tensors.keys.filter({ !compared.contains($0) && !inputs.contains($0) }).min() {
      throw PlainError("the tensor '\(left)' has no part in what is made of joints and labels")
    }
    return operations.comparison.comparisons
  }

  private static let inputs: Set = [
    "op.maps.labels", "op.boxes.keypoints", "op.crop.image", "op.parts.keypoints", "op.parts.image", "op.parts.black",
  ]

  private func stored(_ name: String, rank: Int) throws(PlainError) -> StoredTensor {
    let tensor = try ParityCase.require(tensors, name, rank: rank)
    guard tensor.count > 0, tensor.doubles.allSatisfy({ abs($0) <= 1e6 }) else {
      throw PlainError("the tensor '\(name)' is empty or holds a number above a million")
    }
    return tensor
  }

  private func poses(_ name: String) throws(PlainError) -> [Pose] {
    let tensor = try stored(name, rank: 3)
    guard Array(tensor.shape[1...]) == [Joint.count, 3] else { throw PlainError("the tensor '\(name)' is no joints") }
    let numbers = tensor.doubles
    return (0..<tensor.shape[0]).map { person in
      Pose(
        (0..<Joint.count).map { joint in
          let place = (person * Joint.count + joint) * 3
          return Pose.Place(x: numbers[place], y: numbers[place + 1], confidence: numbers[place + 2])
        })
    }
  }

  private func points(_ pose: Pose) -> BodyPoints {
    BodyPoints(pose, width: files.width, height: files.height, threshold: Self.threshold)
  }

  private mutating func compare(_ numbers: [[Double]], _ name: String) throws(PlainError) {
    let shape = try ParityCase.require(tensors, name).shape
    try comparison.compare(numbers.flatMap { $0.map(Float.init) }, shape: shape, with: name, .forward)
  }

  private mutating func compare(_ numbers: [[Int]], _ name: String) throws(PlainError) {
    try comparison.compare(numbers.flatMap { $0 }, with: name, .forward)
  }

  private mutating func maps() throws(PlainError) {
    let stored = try stored("op.maps.labels", rank: 3)
    let (images, height, width) = (stored.shape[0], stored.shape[1], stored.shape[2])
    let classes = scheme.names.count
    guard let labels = stored.integers, labels.allSatisfy({ (0..<classes).contains($0) }) else {
      throw PlainError("the tensor 'op.maps.labels' holds no classes of '\(scheme.rawValue)'")
    }
    let (grid, map) = (
      try self.stored("op.maps.maps", rank: 4).shape, try self.stored("op.maps.weights", rank: 4).shape
    )
    let regions = ParsedRegion.allCases.count
    let (places, side) = (map[2] * map[3], height * width)
    var (flipped, shares, weights, exists): ([[Int]], [[Double]], [[Double]], [[Int]]) = ([], [], [], [])
    for image in 0..<images {
      let labels = LabelImage(
        width: width, height: height, classes: labels[image * side..<(image + 1) * side].map(UInt8.init))
      let maps = RegionMaps(labels, scheme: scheme, rows: grid[2], columns: grid[3])
      flipped.append(labels.mirrored(scheme).classes.map(Int.init))
      shares.append(maps.shares)
      let values = maps.weights(height: map[2], width: map[3])
      let rows = (0..<regions).map { region in (0..<places).map { Double(values[$0 * regions + region]) } }
      weights.append(rows.flatMap { $0 })
      exists.append(rows.map { $0.contains { $0 > 0 } ? 1 : 0 })
    }
    try compare(flipped, "op.maps.flipped")
    try compare(shares, "op.maps.maps")
    try compare(weights, "op.maps.weights")
    try compare(exists, "op.maps.exists")
  }

  private func box(_ part: BodyCrop.Part, _ points: BodyPoints, height: Int = 0, width: Int = 0) -> BodyBox {
    BodyBox(
      BodyCrop(part, neckOverlap: Self.overlap, hipsOverlap: Self.overlap, height: height, width: width), of: points)
  }

  private mutating func boxes() throws(PlainError) {
    let people = try poses("op.boxes.keypoints").map(points)
    try compare(people.map { $0.places.flatMap { [$0.x, $0.y] } }, "op.boxes.points")
    try compare(people.map { $0.isKnown.map { $0 ? 1 : 0 } }, "op.boxes.known")
    let boxes = people.flatMap { points in BodyCrop.Part.allCases.map { box($0, points) } }
    try compare(boxes.map { [$0.top, $0.bottom, $0.left, $0.right] }, "op.boxes.frame")
    let pixels = boxes.map { $0.pixels(height: files.height, width: files.width) }
    try compare(
      pixels.map { [$0.rows.lowerBound, $0.rows.upperBound, $0.columns.lowerBound, $0.columns.upperBound] },
      "op.boxes.pixels")
  }

  /// The first person's boxes cut out of an image and resized. A level of difference is rounding.
  private mutating func crop() throws(PlainError) {
    let stored = try stored("op.crop.image", rank: 3)
    guard stored.shape[2] == 3, let levels = stored.integers, levels.allSatisfy({ (0...255).contains($0) }),
      let person = try poses("op.boxes.keypoints").first
    else { throw PlainError("the tensor 'op.crop.image' is no 8-bit image") }
    let image = Image(width: stored.shape[1], height: stored.shape[0], pixels: levels.map(UInt8.init))
    for part in BodyCrop.Part.allCases {
      let name = "op.crop.\(part.rawValue)"
      let expected = try self.stored(name, rank: 3)
      let size = ImageSize(height: expected.shape[0], width: expected.shape[1])
      let pixels = box(part, points(person)).pixels(height: image.height, width: image.width)
      var resizer = ImageResizer(to: size)
      let crop = resizer.resize(image.cut(rows: pixels.rows, columns: pixels.columns)).map(Int.init)
      guard let wanted = expected.integers, wanted.count == crop.count else {
        throw PlainError("the tensor '\(name)' is no 8-bit image")
      }
      let isClose = zip(crop, wanted).allSatisfy { abs($0 - $1) <= 1 }
      try comparison.compare(isClose ? wanted : crop, with: name, .forward)
    }
  }

  private mutating func parts() throws(PlainError) {
    let people = try poses("op.parts.keypoints")
    try compare(people.map { points($0).places.flatMap { [$0.x, $0.y] } }, "op.parts.points")
    try compare(
      people.map { $0.mirrored(width: files.width).places.flatMap { [$0.x, $0.y, $0.confidence] } },
      "op.parts.flipped_keypoints")
    let (image, black) = (try stored("op.parts.image", rank: 3), try stored("op.parts.black", rank: 1).doubles)
    let (height, width) = (image.shape[1], image.shape[2])
    guard image.shape[0] == 3, black.count == 3 else { throw PlainError("'op.parts' has no image of three channels") }
    let (numbers, places) = (image.doubles, height * width)
    let made = people.map { pose -> [Double] in
      let pixels = PartImage.make(
        of: { numbers[$0 % 3 * places + $0 / 3] }, source: ImageSize(height: height, width: width),
        points: points(pose),
        height: height, width: width, black: black)
      return (0..<3 * places).map { Double(pixels[$0 % places * 3 + $0 / places]) }
    }
    try compare(made, "op.parts.output")
  }
}
