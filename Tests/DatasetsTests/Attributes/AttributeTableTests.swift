import Foundation
import Testing

import Datasets

@Test(.enabled(if: RealAttributeFiles.folder != nil, "the real annotation files are absent"))
func readsTheRealMarketFileAndCountsItsDefects() throws {
  let folder = try #require(RealAttributeFiles.folder)
  let table = try AttributeTable(
    contentsOf: folder.appendingPathComponent("market_attribute.mat"), scheme: .market1501)
  #expect(table.identities(in: .train).count == 751)
  #expect(table.identities(in: .test).count == 750)
  #expect(
    table.defects.map { String($0.prefix { $0 != "(" }) } == [
      "train: 78 identities without upper_color ", "train: 30 identities without lower_color ",
      "test: 69 identities without upper_color ", "test: 44 identities without lower_color ",
    ])
}
