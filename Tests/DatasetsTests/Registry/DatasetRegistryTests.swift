import Configuration
import Datasets
import Foundation
import Support
import TestSupport
import Testing
import YAML

@Suite struct DatasetRegistryTests {
  func decode(_ text: String) throws -> DatasetRegistry {
    try DatasetRegistry(YAML.parse(text, name: "datasets.yaml"))
  }

  func message(_ text: String) throws -> String {
    try #require(#expect(throws: ConfigurationError.self) { try decode(text) }).description
  }

  @Test func theProjectsOwnRegistryIsRead() throws {
    let project = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../..").standardized
    let registry = try DatasetRegistry(project: project)
    #expect(
      registry.entries["synthetic-duke"]
        == DatasetEntry(
          name: "synthetic-duke", root: "data/synthetic-duke", layout: .dukemtmc, attributes: "duke_attribute.mat",
          cues: CueSettings(
            keypoints: .init(.one("keypoints.json")), parsing: .init(folder: "parsing", scheme: .lip)),
          isSynthetic: true))
    #expect(registry.entries["market1501"]?.isSynthetic == false)
    #expect(registry.entries["market1501"]?.layout == .market1501)
    for name in ["market1501", "dukemtmc-reid"] {
      let entry = try registry.entry(named: name)
      #expect(entry.expectation?.splits.count == 3)
      #expect(entry.origin.homepage != nil && entry.origin.licence != nil && entry.origin.standing != nil)
    }
    let duke = try registry.entry(named: "dukemtmc-reid").expectation?.splits
    #expect(duke?.values.reduce(0) { $0 + $1.images } == 36_411)
    #expect(duke?[.gallery]?.withoutQuery == 408)
  }

  @Test func anUnknownNameNamesTheNearest() throws {
    let registry = try decode("synthetic-duke: {root: a, layout: dukemtmc}\nmarket: {root: b, layout: market1501}")
    let error = try #require(#expect(throws: PlainError.self) { try registry.entry(named: "sintetic-duke") })
    #expect(error.description.contains("did you mean 'synthetic-duke'"))
    #expect(error.description.contains("datasets.yaml"))
    #expect(throws: PlainError.self) { try DatasetRegistry([]).entry(named: "any\nthing") }
  }

  @Test func noiseOnCuesIsForDrawnDatasets() throws {
    let drawn = "a: {root: x, layout: dukemtmc, synthetic: true, cues: {noise: "
    let noise = try decode(drawn + "{joints: 3, labels: 0.05}}}").entry(named: "a").cues.noise
    #expect(noise == CueNoise(joints: 3, labels: 0.05))
    #expect(try decode(drawn + "{labels: 1}}}").entry(named: "a").cues.noise == CueNoise(labels: 1))
    #expect(try decode("a: {root: x, layout: dukemtmc, synthetic: true}").entry(named: "a").cues.noise == CueNoise())
    #expect(try message(drawn + "{joints: 65}}}").contains("a.cues.noise.joints: 65 is out of range; from 0"))
    #expect(try message(drawn + "{labels: 5}}}").contains("a.cues.noise.labels: 5 is out of range; from 0"))
    #expect(try message(drawn + "{joints: 3 px}}}").contains("a.cues.noise.joints"))
    #expect(try message(drawn + "{joint: 3}}}").contains("did you mean 'joints'"))
    #expect(
      try message("a: {root: x, layout: dukemtmc, cues: {noise: {joints: 3}}}").contains(
        "a.cues.noise: only the cues of a dataset that is 'synthetic: true'"))
  }

  @Test func faultsAreNamedWithTheirPlace() throws {
    #expect(try message("a: {root: x, layout: market}").contains("datasets.yaml:1:22: a.layout"))
    #expect(try message("a: {root: x, layuot: market1501}").contains("did you mean 'layout'"))
    #expect(try message("a: {layout: market1501}").contains("a.root"))
    #expect(try message("a: {root: x}").contains("a.layout"))
    #expect(try message("a: {root: [x], layout: market1501}").contains("1:11"))
    #expect(try message("a: {root: x, layout: dukemtmc, synthetic: 3}").contains("a.synthetic"))
    #expect(try message("a: {root: x, layout: dukemtmc, expect: {test: {}}}").contains("a.expect.test"))
    #expect(try message("a: {root: x, layout: dukemtmc, expect: {query: {images: 1}}}").contains("query.identities"))
    let negative = "a: {root: x, layout: dukemtmc, expect: {query: {images: -1, identities: 1, cameras: 1}}}"
    #expect(try message(negative).contains("a.expect.query.images"))
    #expect(try message("- a").contains("a mapping"))
    let empty = try TemporaryFolder()
    #expect(throws: ConfigurationError.self) { try DatasetRegistry(project: empty.url) }
  }
}
