import Datasets
import Foundation
import Support
import Tensors
import TestSupport
import Testing

@Suite struct DatasetPlacesTests {
  private static func lists(in folder: TemporaryFolder, at path: String) throws {
    for split in DatasetLayout.Split.allCases {
      try FileManager.default.createDirectory(
        at: folder.url.appendingPathComponent(path).appendingPathComponent(split.folder),
        withIntermediateDirectories: true)
    }
  }

  private func entry(_ root: String = "data/small") -> DatasetEntry {
    DatasetEntry(name: "small", root: root, layout: .market1501, attributes: nil)
  }

  private func places(
    _ project: TemporaryFolder, data: TemporaryFolder? = nil, shared: TemporaryFolder? = nil
  ) -> DatasetPlaces {
    DatasetPlaces(
      project: project.url, data: data?.url, environment: shared.map { ["AANET_DATA": $0.url.path] } ?? [:])
  }

  @Test func theVariableStandsForTheProjectsDataWhereTheDatasetIsThere() throws {
    let (project, shared, absolute) = (try TemporaryFolder(), try TemporaryFolder(), try TemporaryFolder())
    let inProject = project.url.path + "/data/small"
    #expect(places(project).folder(of: entry()).path == inProject)
    #expect(places(project, shared: shared).folder(of: entry()).path == inProject)
    #expect(places(project, shared: shared).target(of: entry()).path == shared.url.path + "/small")
    try Self.lists(in: shared, at: "small")
    #expect(places(project, shared: shared).folder(of: entry()).path == shared.url.path + "/small")
    let elsewhere = entry(absolute.url.path + "/small")
    #expect(places(project, shared: shared).folder(of: elsewhere).path == absolute.url.path + "/small")
    #expect(DatasetPlaces(project: project.url, environment: ["AANET_DATA": ""]).shared == nil)
  }

  @Test func whatTheCommandNamesGoesBeforeEverything() throws {
    let (project, shared, data) = (try TemporaryFolder(), try TemporaryFolder(), try TemporaryFolder())
    try Self.lists(in: shared, at: "small")
    try Self.lists(in: project, at: "data/small")
    let all = places(project, data: data, shared: shared)
    // Not there: it is missed there and nowhere else found in silence.
    #expect(all.folder(of: entry()).path == data.url.path + "/small")
    #expect(all.target(of: entry()).path == data.url.path + "/small")
    #expect(all.folder(of: entry("/far/away/Small-v1")).path == data.url.path + "/Small-v1")
    #expect(all.folder(of: entry("sets/small")).path == data.url.path + "/sets/small")
    #expect(!all.isOwnFolder(of: entry()))
    // The dataset's own folder.
    try Self.lists(in: data, at: "")
    #expect(all.isOwnFolder(of: entry()) && all.folder(of: entry()).path == data.url.path)
    #expect(all.target(of: entry()).path == data.url.path + "/small")
    // The advice names all three.
    let error = try #require(
      #expect(throws: PlainError.self) {
        try Dataset.open(
          named: "small", registry: DatasetRegistry([entry()]), places: places(try TemporaryFolder()))
      })
    #expect(error.description.contains("--data") && error.description.contains("AANET_DATA"))
  }

  @Test func whereADatasetLiesIsNoPartOfItsFingerprint() throws {
    let (one, two) = (try TemporaryFolder(), try TemporaryFolder())
    for (folder, path) in [(one, "data/small/"), (two, "")] {
      for name in DatasetTests.names { try folder.write("not looked at", to: path + name) }
    }
    let registry = DatasetRegistry([entry()])
    let here = try Dataset.open(named: "small", registry: registry, places: places(one))
    let there = try Dataset.open(named: "small", registry: registry, places: places(try TemporaryFolder(), data: two))
    #expect(here.root != there.root && here.fingerprint == there.fingerprint)
  }
}
