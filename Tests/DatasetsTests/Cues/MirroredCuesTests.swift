import Datasets
import Models
import Tensors
import TestSupport
import Testing

/// What is made of a mirrored image and its mirrored cue is the mirrored product: the proof of which joints and labels
/// change places.
@Suite struct MirroredCuesTests {
  /// Joints anywhere, also outside; some not found.
  func pose(_ stream: inout RandomStream, width: Double, height: Double) -> Pose {
    Pose(
      (0..<Joint.count).map { _ in
        Pose.Place(
          x: (stream.uniform() * 1.4 - 0.2) * width, y: (stream.uniform() * 1.4 - 0.2) * height,
          confidence: stream.uniform())
      })
  }

  func mirrored(_ image: Image) -> Image {
    Image(width: image.width, height: image.height, pixels: mirrored(image.pixels, columns: image.width, channels: 3))
  }

  /// Numbers of rows, columns and channels with their columns reversed.
  func mirrored<Number>(_ numbers: [Number], columns: Int, channels: Int) -> [Number] {
    var result: [Number] = []
    for start in stride(from: 0, to: numbers.count, by: columns * channels) {
      for column in (0..<columns).reversed() {
        let place = start + column * channels
        result += numbers[place..<place + channels]
      }
    }
    return result
  }

  func largest(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } }

  @Test func mirroringTwiceIsNothing() {
    var stream = RandomStream(seed: 1, name: "mirror")
    let pose = pose(&stream, width: 64, height: 128)
    #expect(pose.mirrored(width: 64).mirrored(width: 64).places.map(\.confidence) == pose.places.map(\.confidence))
    #expect(pose.mirrored(width: 64)[.leftWrist].x == 63 - pose[.rightWrist].x)
    #expect(pose.mirrored(width: 64)[.nose].y == pose[.nose].y)
    for scheme in LabelScheme.allCases {
      let others = scheme.mirrored
      #expect(others.map { others[Int($0)] } == Array(0..<UInt8(scheme.names.count)))
      #expect(others.enumerated().filter { $0.offset != Int($0.element) }.count == 6)
    }
    #expect(Joint.allCases.allSatisfy { $0.mirrored.mirrored == $0 && ($0.mirrored == $0) == ($0 == .nose) })
  }

  @Test func pointsOfTheMirroredPoseAreTheMirroredPoints() {
    var stream = RandomStream(seed: 2, name: "mirror")
    for _ in 0..<50 {
      let pose = pose(&stream, width: 60, height: 130)
      let points = BodyPoints(pose, width: 60, height: 130, threshold: 0.4)
      let others = BodyPoints(pose.mirrored(width: 60), width: 60, height: 130, threshold: 0.4)
      for (point, other) in [
        (BodyPoints.Point.neck, BodyPoints.Point.neck), (.head, .head), (.leftShoulder, .rightShoulder),
        (.rightWrist, .leftWrist), (.leftHip, .rightHip), (.rightAnkle, .leftAnkle),
      ] {
        #expect(abs(points[point].x - (1 - others[other].x)) < 1e-12)
        #expect(abs(points[point].y - others[other].y) < 1e-12)
      }
    }
  }

  @Test(arguments: [(64, 128), (61, 140), (200, 333)])
  func crops(width: Int, height: Int) {
    var stream = RandomStream(seed: 3, name: "mirror")
    let image = Pictures.noise(width: width, height: height, seed: 9)
    for _ in 0..<10 {
      let pose = pose(&stream, width: Double(width), height: Double(height))
      for part in BodyCrop.Part.allCases {
        let crop = BodyCrop(part, neckOverlap: 15, hipsOverlap: 11, height: 30, width: 20)
        func made(_ image: Image, _ pose: Pose) -> [UInt8] {
          let points = BodyPoints(pose, width: width, height: height, threshold: 0.3)
          let pixels = BodyBox(crop, of: points).pixels(height: height, width: width)
          var resizer = ImageResizer(to: ImageSize(height: 30, width: 20))
          return resizer.resize(image.cut(rows: pixels.rows, columns: pixels.columns))
        }
        let expected = mirrored(made(image, pose), columns: 20, channels: 3)
        let found = made(mirrored(image), pose.mirrored(width: width))
        #expect(zip(found, expected).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
      }
    }
  }

  @Test func partImages() {
    var stream = RandomStream(seed: 4, name: "mirror")
    let (width, height) = (32, 64)
    let image = Pictures.noise(width: width, height: height, seed: 10)
    for _ in 0..<10 {
      let pose = pose(&stream, width: 64, height: 128)
      func made(_ image: Image, _ pose: Pose) -> [Float] {
        PartImage.make(
          of: { Double(image.pixels[$0]) / 255 }, source: ImageSize(height: height, width: width),
          points: BodyPoints(pose, width: 64, height: 128, threshold: 0.3), height: height, width: width,
          black: [-2, -3, -4])
      }
      let expected = mirrored(made(image, pose), columns: width, channels: 3)
      #expect(largest(made(mirrored(image), pose.mirrored(width: 64)), expected) < 1e-5)
    }
  }

  @Test(arguments: LabelScheme.allCases, [(16, 8), (7, 5), (40, 20)])
  func regionWeights(scheme: LabelScheme, size: (rows: Int, columns: Int)) {
    var stream = RandomStream(seed: 5, name: "mirror")
    let classes = scheme.names.count
    let labels = LabelImage(
      width: 22, height: 37, classes: (0..<22 * 37).map { _ in UInt8(max(0, stream.int(below: classes + 8) - 8)) })
    func made(_ labels: LabelImage) -> [Float] {
      RegionMaps(labels, scheme: scheme, rows: size.rows * 2, columns: size.columns * 2)
        .weights(height: size.rows, width: size.columns)
    }
    let expected = mirrored(made(labels), columns: size.columns, channels: 5)
    let found = made(labels.mirrored(scheme))
    #expect(largest(found, expected) < 1e-7)
    for region in 0..<5 {
      let sum = stride(from: region, to: found.count, by: 5).reduce(0.0) { $0 + Double(found[$1]) }
      #expect(abs(sum - 1) < 1e-5)
    }
  }
}
