import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct BenchmarkLayoutTests {
  @Test(arguments: [
    ("0002_c1s1_000451_03.jpg", 2, 1), ("-1_c6s4_012345_00.jpg", -1, 6), ("0000_c3s2_000001_11.jpg", 0, 3),
    ("1501_c10s1_000001_00.JPG", 1501, 10), ("0007_c2s3_070952_01.jpeg", 7, 2),
  ])
  func marketNames(name: String, identity: Int, camera: Int) throws {
    let labels = try #require(BenchmarkLayout.market1501.labels(ofFileNamed: name))
    #expect(labels == (identity, camera))
    #expect(BenchmarkLayout.dukemtmc.labels(ofFileNamed: name) == nil)
  }

  @Test(arguments: [("0001_c2_f0046182.jpg", 1, 2), ("7140_c8_f0187522.jpg", 7140, 8)])
  func dukeNames(name: String, identity: Int, camera: Int) throws {
    let labels = try #require(BenchmarkLayout.dukemtmc.labels(ofFileNamed: name))
    #expect(labels == (identity, camera))
    #expect(BenchmarkLayout.market1501.labels(ofFileNamed: name) == nil)
  }

  @Test(arguments: [
    "", ".jpg", "0002.jpg", "0002_c1s1_000451_03", "0002_c1s1_000451_03.png", "0002_c1s1_000451.jpg",
    "x0002_c1s1_000451_03.jpg", "0002_c1s1_000451_03.jpg ", "0002_c0s1_000451_03.jpg", "0002_cs1_000451_03.jpg",
    "-2_c1s1_000451_03.jpg", "--1_c1s1_000451_03.jpg", "+2_c1s1_000451_03.jpg",
    "99999999999999999999_c1s1_000451_03.jpg", "2_c99999999999999999999s1_000451_03.jpg",
    "0002_c1s1_000451_03.jpg.jpg", "٢_c1s1_000451_03.jpg", "0002_c1s1_000451_03\n.jpg",
  ])
  func otherNamesSayNothing(name: String) {
    for layout in BenchmarkLayout.allCases { #expect(layout.labels(ofFileNamed: name) == nil) }
  }

  /// The names of the real training set.
  @Test func realMarketNames() throws {
    let shared =
      ProcessInfo.processInfo.environment["AANET_SHARED"].map { URL(fileURLWithPath: $0) }
      ?? URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../../shared").standardized
    let list = shared.appendingPathComponent("attributes/market1501/train_files.txt")
    guard let text = try? String(contentsOf: list, encoding: .utf8) else { return }
    let names = text.split(separator: "\n").map(String.init)
    let labels = names.compactMap { BenchmarkLayout.market1501.labels(ofFileNamed: $0) }
    #expect(labels.count == names.count && labels.count == 12_936)
    #expect(Set(labels.map(\.identity)).count == 751)
    #expect(Set(labels.map(\.camera)) == [1, 2, 3, 4, 5, 6])
  }
}
