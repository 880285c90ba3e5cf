import Layers
import Models
import Tensors
import TestSupport
import Testing

/// Boxes around clusters of the channels' peaks, against plain loops and by hand.
struct PartBoxesTests {
  private let engine = Engine(threads: 2)

  private func boxes(
    _ peaks: [(row: Int, column: Int)], height: Int, width: Int, parts: Int, _ clustering: PartClustering = .plane
  ) -> [[Int]] {
    PartBoxes(height: height, width: width, parts: parts, clustering: clustering).boxes(of: peaks)
      .map { [$0.rows.lowerBound, $0.rows.upperBound, $0.columns.lowerBound, $0.columns.upperBound] }
  }

  /// k-means word for word as the specification has it: always ten rounds.
  private func oracle(
    _ peaks: [(row: Int, column: Int)], height: Int, width: Int, parts: Int, _ clustering: PartClustering
  ) -> [[Int]] {
    let points = peaks.map { (Double($0.row), clustering == .plane ? Double($0.column) : 0) }
    var centres = (0..<parts).map {
      ((Double($0) + 0.5) * Double(height) / Double(parts) - 0.5, clustering == .plane ? Double(width - 1) / 2 : 0)
    }
    func assign() -> [Int] {
      points.map { point in
        let d = centres.map { (point.0 - $0.0) * (point.0 - $0.0) + (point.1 - $0.1) * (point.1 - $0.1) }
        return d.firstIndex(of: d.min() ?? 0) ?? 0
      }
    }
    for _ in 0..<10 {
      let own = assign()
      for k in 0..<parts {
        let mine = points.indices.filter { own[$0] == k }
        if mine.isEmpty { continue }
        centres[k] = (
          mine.reduce(0) { $0 + points[$1].0 } / Double(mine.count),
          mine.reduce(0) { $0 + points[$1].1 } / Double(mine.count)
        )
      }
    }
    let own = assign()
    let order = (0..<parts).sorted { centres[$0].0 == centres[$1].0 ? $0 < $1 : centres[$0].0 < centres[$1].0 }
    return order.enumerated().map { n, k in
      let mine = peaks.indices.filter { own[$0] == k }.map { peaks[$0] }
      if mine.isEmpty {
        let top = n * height / parts
        return [top, max((n + 1) * height / parts, top + 1), 0, width]
      }
      let (rows, columns) = (mine.map(\.row), mine.map(\.column))
      return [
        rows.min() ?? 0, (rows.max() ?? 0) + 1, clustering == .plane ? columns.min() ?? 0 : 0,
        clustering == .plane ? (columns.max() ?? 0) + 1 : width,
      ]
    }
  }

  @Test("random peaks on maps of many sizes", arguments: PartClustering.allCases)
  func random(clustering: PartClustering) throws {
    try withEvery("map", in: [(1, 1), (2, 5), (8, 4), (24, 8)]) { map in
      try withEvery("parts", in: [1, 2, 5, 8]) { parts in
        try withEvery("peaks", in: [0, 1, 7, 60]) { count in
          let rows = TestNumbers.whole(count, "rows \(map) \(parts)", in: 0...map.0 - 1)
          let columns = TestNumbers.whole(count, "columns \(map) \(parts)", in: 0...map.1 - 1)
          let peaks = zip(rows, columns).map { (row: $0, column: $1) }
          let found = boxes(peaks, height: map.0, width: map.1, parts: parts, clustering)
          let expected = oracle(peaks, height: map.0, width: map.1, parts: parts, clustering)
          try Agreement.require(found == expected, "\(found) is not \(expected)")
        }
      }
    }
  }

  @Test("no peak at all: equal strips, which share rows where there are more parts than rows")
  func strips() {
    #expect(boxes([], height: 6, width: 4, parts: 3) == [[0, 2, 0, 4], [2, 4, 0, 4], [4, 6, 0, 4]])
    #expect(boxes([], height: 2, width: 1, parts: 4) == [[0, 1, 0, 1], [0, 1, 0, 1], [1, 2, 0, 1], [1, 2, 0, 1]])
  }

  @Test("all peaks at one place: a box of one position, the other parts get their strips")
  func onePlace() {
    let peaks = [(row: 0, column: 2), (row: 0, column: 2)]
    #expect(boxes(peaks, height: 4, width: 3, parts: 2) == [[0, 1, 2, 3], [2, 4, 0, 3]])
    #expect(boxes(peaks, height: 4, width: 3, parts: 2, .rows) == [[0, 1, 0, 3], [2, 4, 0, 3]])
  }

  @Test("from maps: channels nowhere above zero have no say")
  func fromMaps() {
    // Two images of 4×2 places and 3 channels; in the second nothing is above zero.
    var x = [Float](repeating: 0, count: 2 * 8 * 3)
    x[0 * 3 + 0] = 5
    x[7 * 3 + 1] = 1
    let found = PartBoxes.find(
      in: engine.tensor(x, shape: [2, 4, 2, 3]), parts: 2, clustering: .plane, on: engine)
    #expect(found[0] == [MapBox(rows: 0..<1, columns: 0..<1), MapBox(rows: 0..<2, columns: 0..<2)])
    #expect(found[1] == [MapBox(rows: 3..<4, columns: 1..<2), MapBox(rows: 2..<4, columns: 0..<2)])
  }
}
