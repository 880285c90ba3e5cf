import Configuration
import Datasets
import Support
import TestSupport
import Testing
import YAML

@Suite struct CueSettingsTests {
  func decode(_ cues: String) throws -> CueSettings {
    let text = "a: { root: x, layout: market1501, cues: \(cues) }"
    return try DatasetRegistry(YAML.parse(text, name: "datasets.yaml")).entry(named: "a").cues
  }

  func message(_ cues: String) throws -> String {
    try #require(#expect(throws: ConfigurationError.self) { try decode(cues) }).description
  }

  @Test func bothBlocksAreRead() throws {
    let all = try decode(
      "{ keypoints: { file: joints/k.json, threshold: 0.35, missing: error }, parsing: { folder: p, labels: atr, missing: default } }"
    )
    #expect(all.keypoints == .init(.one("joints/k.json"), threshold: 0.35, missing: .error))
    #expect(all.parsing == .init(folder: "p", scheme: .atr, missing: .standIn))
  }

  @Test func whatIsLeftOutHasItsDefault() throws {
    #expect(try decode("{ keypoints: { file: k.json } }") == CueSettings(keypoints: .init(.one("k.json"))))
    #expect(try decode("{ keypoints: { file: k.json } }").keypoints?.threshold == 0.2)
    #expect(try decode("{ keypoints: { file: k.json } }").keypoints?.missing == .standIn)
    #expect(try decode("{ parsing: { folder: p, labels: lip } }").parsing?.missing == .error)
    #expect(try decode("{}") == CueSettings())
  }

  @Test func aFileForEachList() throws {
    let keypoints = try decode("{ keypoints: { file: { train: a.json, query: b.json, gallery: c/d.json } } }").keypoints
    #expect(keypoints?.files == .each([.train: "a.json", .query: "b.json", .gallery: "c/d.json"]))
  }

  @Test func faultsAreNamedWithTheirPlace() throws {
    #expect(try message("{ keypoint: {} }").contains("datasets.yaml:1:43: a.cues.keypoint"))
    #expect(try message("{ keypoint: {} }").contains("did you mean 'keypoints'"))
    #expect(try message("{ keypoints: { threshold: 0.1 } }").contains("a.cues.keypoints.file: is missing"))
    #expect(try message("{ keypoints: { file: k.json, threshold: 1.5 } }").contains("1.5 is out of range; from 0"))
    #expect(try message("{ keypoints: { file: k.json, missing: defualt } }").contains("did you mean 'default'"))
    #expect(try message("{ keypoints: { file: { train: a, query: b } } }").contains("a.cues.keypoints.file.gallery"))
    #expect(try message("{ keypoints: { file: [a] } }").contains("expected a text"))
    #expect(try message("{ parsing: { folder: p } }").contains("a.cues.parsing.labels: is missing"))
    #expect(try message("{ parsing: { folder: p, labels: lpi } }").contains("did you mean 'lip'"))
    #expect(try message("{ parsing: { folder: p, labels: cihp } }").contains("lip"))
  }

  @Test(arguments: ["../k.json", "/k.json", "a/../k.json", "a//k.json", "./k.json", "k/"])
  func pathsLeadNowhereElse(path: String) throws {
    #expect(
      try message("{ keypoints: { file: '\(path)' } }").contains(
        "is no file within the dataset's folder, such as 'keypoints.json'"))
    #expect(
      try message("{ parsing: { folder: '\(path)', labels: lip } }").contains(
        "is no folder within the dataset's, such as 'parsing'"))
  }

  @Test("what the registry says of cues is no part of a dataset's fingerprint")
  func fingerprint() throws {
    var set = try CuedSet()
    let fingerprint = try #require(try set.open().fingerprint)
    set.settings = CueSettings()
    #expect(try set.open().fingerprint == fingerprint)
    try set.folder.write("[]", to: "keypoints.json")
    #expect(try set.open().fingerprint == fingerprint)
  }
}
