import Models
import Tensors
import TestSupport
import Testing

/// The part task's strips: k-means over the channels' peak rows, worked by hand.
struct PartBinsTests {
  private let engine = Engine(threads: 2)

  /// Peaks in rows, and where each part begins.
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let peaks: [Int]
    let height, parts: Int
    let bounds: [Int]

    init(_ name: String, _ peaks: [Int], height: Int, parts: Int, _ bounds: [Int]) {
      testDescription = name
      self.peaks = peaks
      self.height = height
      self.parts = parts
      self.bounds = bounds
    }
  }

  @Test(arguments: [
    // Centres stay in the strips' middles 1.5, 5.5, …, 21.5; midways 3.5, 7.5, …
    Case("no peaks: equal strips", [], height: 24, parts: 6, [0, 4, 8, 12, 16, 20, 24]),
    Case("one part", [3, 3, 9], height: 12, parts: 1, [0, 12]),
    Case("as many parts as rows", [5, 5, 5, 0], height: 6, parts: 6, [0, 1, 2, 3, 4, 5, 6]),
    // From 1.5 and 5.5: {1, 2} → 1.5, {7} → 7; midway 4.25.
    Case("centres move to their peaks' means", [1, 2, 7], height: 8, parts: 2, [0, 5, 8]),
    // From 0.5 and 2.5: {1} → 1, {3} → 3; midway exactly 2.
    Case("a midway that is a row leaves that row above", [1, 3], height: 4, parts: 2, [0, 3, 4]),
    // Row 2 lies 1.25 from both 0.75 and 3.25. The upper bin moves to 2; midway 2.625. (The lower one's: 1.375.)
    Case("a tie goes to the upper bin", [2], height: 5, parts: 2, [0, 3, 5]),
    // From 1.5, 5.5 and 9.5: {0} → 0; midways 2.75 and 7.5.
    Case("all peaks at the top: empty bins keep their centres", [0, 0, 0], height: 12, parts: 3, [0, 3, 8, 12]),
    // {11} → 11; midways 3.5 and 8.25.
    Case("all peaks at the bottom", [11, 11, 11], height: 12, parts: 3, [0, 4, 9, 12]),
    // From 1.5, 5.5, 9.5 and 13.5: {0, 0, 3} → 1, {7, 7} → 7, {} stays, {15} → 15; midways 4, 8.25 and 12.25.
    Case("an empty bin between others", [0, 0, 3, 7, 7, 15], height: 16, parts: 4, [0, 5, 9, 13, 16]),
    // From 2.5 and 8.5: {0, 5} → 2.5, {6, 6, 6} → 6. Then 5 is nearer to 6: {0} → 0, {5, 6, 6, 6} → 5.75; midway 2.875.
    Case("a peak changes bins in the second round", [0, 5, 6, 6, 6], height: 12, parts: 2, [0, 3, 12]),
    // From 2.5 and 8.5: 3.6 and 11; midway 7.3. (Were each row counted once: 2 and 11, 6.5.)
    Case("peaks in one row count each", [0] + .init(repeating: 4, count: 9) + [11], height: 12, parts: 2, [0, 8, 12]),
  ])
  func byHand(_ test: Case) {
    #expect(PartBins.bounds(peaks: test.peaks, height: test.height, parts: test.parts) == test.bounds)
  }

  /// Bounds that would leave a part without a row are moved.
  @Test("every part has a row, whatever the peaks")
  func neverEmpty() throws {
    var stream = RandomStream(seed: 1, name: "peaks")
    try withEvery("height", in: [1, 2, 3, 6, 7, 12, 24]) { height in
      try withEvery("parts", in: 1...min(height, 8)) { parts in
        for _ in 0..<200 {
          // Peaks crowd in a few rows, which is what drives centres together.
          let rows = (0..<1 + stream.int(below: 3)).map { _ in stream.int(below: height) }
          let peaks = (0..<stream.int(below: 30)).map { _ in stream.pick(rows) }
          let bounds = PartBins.bounds(peaks: peaks, height: height, parts: parts)
          try Agreement.require(bounds.count == parts + 1 && bounds.first == 0 && bounds.last == height, "\(bounds)")
          try Agreement.require(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "\(bounds) for \(peaks)")
          try Agreement.require(
            bounds == Self.plainBounds(peaks: peaks, height: height, parts: parts),
            "\(bounds) for \(peaks), by plain loops \(Self.plainBounds(peaks: peaks, height: height, parts: parts))")
        }
      }
    }
  }

  /// The specification's rules over the list of peaks, without counting rows.
  private static func plainBounds(peaks: [Int], height: Int, parts: Int) -> [Int] {
    var centres = (0..<parts).map { (Double($0) + 0.5) * Double(height) / Double(parts) - 0.5 }
    for _ in 0..<10 {
      let bins = peaks.map { peak -> Int in
        let distances = centres.map { abs(Double(peak) - $0) }
        return distances.firstIndex(of: distances.min() ?? 0) ?? 0
      }
      for part in 0..<parts {
        let members = zip(peaks, bins).filter { $0.1 == part }.map { Double($0.0) }
        if !members.isEmpty { centres[part] = members.reduce(0, +) / Double(members.count) }
      }
    }
    var bounds = [0]
    for part in 1..<max(1, parts) {
      var bound = Int(((centres[part - 1] + centres[part]) / 2).rounded(.down)) + 1
      bound = max(bound, bounds[part - 1] + 1)
      bounds.append(min(bound, height - parts + part))
    }
    return bounds + [height]
  }

  @Test("a channel's peak is its first maximum in row-major order, and a dark channel has none")
  func peaks() {
    // One image of 3 × 2 with 4 channels: a peak in row 2, a tie of rows 0 and 1, all zero, below zero everywhere.
    let map: [[Float]] = [
      [0, 7, 0, -1], [1, 2, 0, -2], [3, 7, 0, -1], [0, 0, 0, -3], [9, 1, 0, -1], [2, 7, 0, -1],
    ]
    let features = engine.tensor(map.flatMap { $0 }, shape: [1, 3, 2, 4])
    #expect(PartBins.peakRows(of: features, on: engine) == [[2, 0]])
  }

  @Test("regions of a batch, image by image")
  func regions() {
    // Image 0 peaks in row 0, image 1 in row 5, image 2 nowhere.
    var map = [Float](repeating: 0, count: 3 * 6 * 2)
    map[0] = 1
    map[12 + 10] = 1
    let features = engine.tensor(map, shape: [3, 6, 2, 1])
    let found = PartBins.regions(of: features, parts: 3, binning: .kmeans, on: engine)
    #expect(found == [[0..<2, 0..<2, 0..<2], [2..<4, 2..<4, 2..<4], [4..<6, 4..<6, 4..<6]])
    // From 1 and 4: image 0 has 0 and 4, midway 2; image 1 has 1 and 5, midway 3; image 2 keeps 2.5.
    let two = PartBins.regions(of: features, parts: 2, binning: .kmeans, on: engine)
    #expect(two == [[0..<3, 0..<4, 0..<3], [3..<6, 4..<6, 3..<6]])
  }

  @Test("uniform strips", arguments: [(24, 6), (7, 6), (6, 6), (5, 2), (9, 1)])
  func uniform(height: Int, parts: Int) throws {
    let features = engine.tensor(TestNumbers.normal(2 * height, "strips"), shape: [2, height, 1, 1])
    let regions = PartBins.regions(of: features, parts: parts, binning: .uniform, on: engine)
    #expect(regions.count == parts)
    for image in 0..<2 {
      #expect(regions.flatMap { Array($0[image]) } == Array(0..<height))
      let sizes = regions.map { $0[image].count }
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }
  }

  @Test("numbers that are none leave strips, not a crash")
  func notANumber() {
    let features = engine.filled([1, 6, 2, 16], with: .nan)
    let regions = PartBins.regions(of: features, parts: 3, binning: .kmeans, on: engine)
    #expect(regions == [[0..<2], [2..<4], [4..<6]])
  }
}
