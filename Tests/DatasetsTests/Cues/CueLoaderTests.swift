import Datasets
import Foundation
import Models
import Support
import Tensors
import TestSupport
import Testing

/// What a loader gives beside images.
@Suite struct CueLoaderTests {
  let size = ImageSize(height: 32, width: 16)
  let engine = Engine(threads: 1)
  let inputs: [CueInput] = [
    .regionWeights(rows: 4, columns: 2, scale: 2),
    .crop(BodyCrop(.head, neckOverlap: 15, hipsOverlap: 15, height: 6, width: 6)),
    .crop(BodyCrop(.lower, neckOverlap: 15, hipsOverlap: 15, height: 14, width: 16)),
    .partImage(height: 32, width: 16),
  ]

  struct Given: Equatable {
    var images: [Float]
    var inputs: [CueInput: [Float]]
    var shapes: [CueInput: [Int]]
  }

  func load(
    _ set: CuedSet, _ batches: [[LoadItem]], threads: Int = 1, cache: DecodedCache? = nil, inputs: [CueInput]? = nil,
    size: ImageSize? = nil
  ) throws -> [Given] {
    let dataset = try set.open()
    let loader = try BatchLoader(
      images: CuedSet.images(of: dataset), size: size ?? self.size, batches: batches, threads: threads,
      ahead: threads + 1,
      cache: cache, inputs: inputs ?? self.inputs, cues: try set.cues())
    var given: [Given] = []
    while let batch = try loader.next() {
      let tensors = batch.inputs(on: engine)
      given.append(
        Given(
          images: batch.images(on: engine).array, inputs: tensors.mapValues(\.array),
          shapes: tensors.mapValues(\.shape)))
      loader.recycle(batch)
    }
    return given
  }

  func message(_ body: () throws -> Void) throws -> String {
    try #require(#expect(throws: PlainError.self) { try body() }).description
  }

  @Test func inputsHaveTheirShapesAndImagesTheirBits() throws {
    let set = try CuedSet()
    let batches = [[LoadItem(index: 0), LoadItem(index: 1, flip: true), LoadItem(index: 3)], [LoadItem(index: 2)]]
    let given = try load(set, batches)
    #expect(given.map { $0.images.count } == [3 * size.count, size.count])
    for input in inputs {
      #expect(given[0].shapes[input] == [3] + input.shape)
      #expect(given[1].shapes[input] == [1] + input.shape)
      #expect(given[0].inputs[input]?.allSatisfy(\.isFinite) == true)
    }
    #expect(try load(set, batches, inputs: []).map(\.images) == given.map(\.images))
    #expect(try load(set, batches, inputs: []).allSatisfy { $0.inputs.isEmpty })
  }

  @Test func aMirroredItemsInputIsTheMirroredOne() throws {
    let set = try CuedSet()
    let given = try load(set, [[LoadItem(index: 1), LoadItem(index: 1, flip: true)]])[0]
    for input in inputs {
      let (rows, columns, channels) = (input.shape[0], input.shape[1], input.shape[2])
      let numbers = try #require(given.inputs[input])
      let half = rows * columns * channels
      let mirrored = (0..<rows).flatMap { row in
        (0..<columns).reversed().flatMap { column in
          (0..<channels).map { numbers[(row * columns + column) * channels + $0] }
        }
      }
      #expect(Array(numbers[half...]) == mirrored)
      #expect(Array(numbers[..<half]) != mirrored, "nothing to be mirrored in \(input)")
    }
  }

  @Test func threadsAndCachesChangeNothing() throws {
    let set = try CuedSet()
    var stream = RandomStream(seed: 3, name: "plan")
    let batches = (0..<12).map { _ in
      (0..<3).map { _ in LoadItem(index: stream.int(below: 4), flip: stream.chance(0.5)) }
    }
    let expected = try load(set, batches)
    let cache = DecodedCache()
    let tiny = DecodedCache(limitBytes: 2 * size.count)
    for threads in [1, 2, 5] {
      for cache in [nil, cache, tiny] {
        #expect(try load(set, batches, threads: threads, cache: cache) == expected)
      }
    }
    let kept = inputs.reduce(0) {
      $0 + ($1.cue == .parsing ? 4 * 4 * 2 * 5 : $1.shape == [32, 16, 3] ? 0 : $1.shape.reduce(1, *))
    }
    #expect(cache.bytes == 4 * (size.count + kept))
    #expect(cache.holds(images: cache.limitBytes / (size.count + kept), of: size, inputs: inputs))
    #expect(!cache.holds(images: cache.limitBytes / (size.count + kept) + 1, of: size, inputs: inputs))
  }

  @Test func cropsAreCutFromTheFilesPixels() throws {
    let set = try CuedSet()
    // Small enough for libjpeg to shrink while it decodes; the crop must not be of that.
    let small = ImageSize(height: 16, width: 8)
    let crop = inputs[1]
    let found = try load(set, [[LoadItem(index: 2)]], inputs: [crop], size: small)[0]
    let expected = try load(set, [[LoadItem(index: 2)]], inputs: [crop], size: ImageSize(height: 128, width: 64))[0]
    #expect(found.inputs == expected.inputs)
  }

  @Test func blackIsRGBZeroNormalised() throws {
    let numbers = try #require(try load(try CuedSet(), [[LoadItem(index: 0)]])[0].inputs[inputs[3]])
    let place = (31 * 16 + 8) * 3
    for (channel, black) in [-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225].enumerated() {
      #expect(abs(Double(numbers[place + channel]) - black) < 1e-6)
    }
  }

  @Test func withoutAForegroundTheWholeImageCounts() throws {
    var set = try CuedSet()
    try set.write(labels: [UInt8](repeating: 0, count: 64 * 128), of: CuedSet.names[0])
    let whole = (0..<8).flatMap { _ in [0.125, 0, 0, 0, 0] as [Float] }
    #expect(try load(set, [[LoadItem(index: 0)]])[0].inputs[inputs[0]] == whole)
    try FileManager.default.removeItem(
      at: set.folder.url.appendingPathComponent(CuedSet.labelName(of: CuedSet.names[0])))
    #expect(try message { _ = try load(set, [[LoadItem(index: 0)]]) }.contains("there are no such labels"))
    set.settings.parsing?.missing = .standIn
    #expect(try load(set, [[LoadItem(index: 0)]])[0].inputs[inputs[0]] == whole)
  }

  @Test func somebodyWhoWasNotFoundStandsInTheMiddle() throws {
    var set = try CuedSet()
    try set.writeKeypoints([CuedSet.person(named: CuedSet.names[1])])
    let head = try #require(try load(set, [[LoadItem(index: 0)]])[0].inputs[inputs[1]])
    #expect(head.count == 6 * 6 * 3 && head.allSatisfy(\.isFinite))
    set.settings.keypoints?.missing = .error
    #expect(try message { _ = try load(set, [[LoadItem(index: 0)]]) }.contains("the key points name nobody in it"))
  }

  @Test func whatCannotBeUsedIsNamed() throws {
    let set = try CuedSet()
    let name = CuedSet.labelName(of: CuedSet.names[0])
    func complaint() throws -> String { try message { _ = try load(set, [[LoadItem(index: 0)]]) } }
    try set.folder.write(PlainPNG(width: 3, height: 2, numbers: [0, 1, 2, 3, 4, 5]).bytes, to: name)
    #expect(try complaint().contains("\(name)': its 3 x 2 labels are for an image of 64 x 128 pixels"))
    var labels = CuedSet.labels(seed: 1)
    labels[64 * 7 + 5] = 20
    try set.write(labels: labels, of: CuedSet.names[0])
    #expect(try complaint().contains("its label 20 in row 7, column 5 is no class of 'lip', whose classes are 0 to 19"))
    try set.folder.write([1, 2, 3], to: name)
    #expect(try complaint().contains("it is no whole PNG image"))
  }

  @Test func aCueThatIsNotOpenIsRefused() throws {
    let set = try CuedSet()
    let images = CuedSet.images(of: try set.open())
    func complaint(_ cues: DatasetCues?) throws -> String {
      try message { _ = try BatchLoader(images: images, size: size, batches: [], inputs: inputs, cues: cues) }
    }
    #expect(try complaint(nil).contains("parsing"))
    #expect(try complaint(try set.cues([.parsing])).contains("keypoints"))
  }

  @Test func cuesThatAreNotNamedOrNotThereSayWhatToDo() throws {
    var set = try CuedSet()
    for isSynthetic in [false, true] {
      set.isSynthetic = isSynthetic
      set.settings = CueSettings(keypoints: .init(.one("joints.json")), parsing: .init(folder: "labels", scheme: .lip))
      for cue in Cue.allCases {
        let text = try message { _ = try set.cues([cue]) }
        #expect(
          text.contains(cue == .keypoints ? "joints.json': the file of key points" : "labels': the folder of labels"))
        #expect(text.contains(isSynthetic ? "`aanet data make small` adds it" : "put it there, or correct 'cues:'"))
      }
      // Who reads no cue is not troubled.
      #expect(try set.cues([]).cues.isEmpty)
    }
    set.settings = CueSettings()
    #expect(
      try message { _ = try set.cues([.keypoints]) }
        == "the dataset 'small' has no keypoints: name the file under 'cues:' in datasets.yaml (aanet data verify small checks it)"
    )
    #expect(
      try set.open().missing(.keypoints, for: "the pose task")
        == "the pose task needs keypoints: name the file under 'cues:' in datasets.yaml (aanet data verify small checks it)"
    )
  }
}
