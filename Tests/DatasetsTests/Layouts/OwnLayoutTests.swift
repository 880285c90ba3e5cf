import Configuration
import Datasets
import Foundation
import Support
import TestSupport
import Testing
import YAML

@Suite struct OwnLayoutTests {
  static let registry = #"""
    mine:
      root: mine
      layout:
        folders: { train: people/training, query: probe, gallery: "the 'gallery'" }
        pattern: '(?<identity>[a-z]+|-1)_cam(?<camera>[A-Z])_.*\.jpg'
        distractors: [nobody]
    """#
  static let names = [
    "people/training/anna_camB_1.jpg", "people/training/anna_camA_2.jpg", "people/training/zoe_camA_1.jpg",
    "people/training/-1_camA_1.jpg", "probe/ben_camA_1.jpg", "the 'gallery'/ben_camC_1.jpg",
    "the 'gallery'/nobody_camA_1.jpg",
  ]

  private func folder(_ names: [String] = names) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in names { try folder.write("not looked at", to: "mine/\(name)") }
    return folder
  }

  private func open(_ folder: TemporaryFolder, _ text: String = registry) throws -> Dataset {
    let registry = try DatasetRegistry(YAML.parse(text, name: "datasets.yaml"))
    return try Dataset.open(
      named: "mine", registry: registry, places: DatasetPlaces(project: folder.url, environment: [:]))
  }

  private func decodingFault(_ old: String, _ new: String) throws -> String {
    let text = Self.registry.replacing(old, with: new)
    #expect(text != Self.registry)
    return try #require(
      #expect(throws: ConfigurationError.self) { try DatasetRegistry(YAML.parse(text, name: "datasets.yaml")) }
    ).description
  }

  @Test func textsAreNumberedInOrder() throws {
    let set = try open(folder())
    #expect(set.identityNames.texts == ["anna", "ben", "zoe"])
    #expect(set.train.map(\.identity) == [1, 1, 3] && set.trainIdentities == [1, 3])
    #expect(set.train.map(\.camera) == [1, 2, 1])
    #expect(set.query.map(\.identity) == [2] && set.query.map(\.camera) == [1])
    #expect(set.gallery.map(\.identity) == [2, 0] && set.gallery.map(\.camera) == [3, 1])
    #expect(set.remarks == ["people/training: 1 images of distractors or junk left out"])
    #expect(FileManager.default.fileExists(atPath: set.gallery[0].file.path))
    try set.requireSoundEvaluation()
    // The same names always get the same numbers, wherever they are written, and others another fingerprint.
    #expect(try open(folder(Self.names.reversed())).fingerprint == set.fingerprint)
    let other = Self.registry.replacing("nobody", with: "someone")
    #expect(try open(folder(), other).fingerprint != set.fingerprint)
  }

  @Test func numbersStayWhatTheyAre() throws {
    let text = Self.registry.replacing("[a-z]+|-1", with: #"-?\d+"#).replacing("[A-Z]", with: #"\d"#)
      .replacing("distractors: [nobody]", with: "junk: ['-1']")
    let names = [
      "people/training/0007_cam2_1.jpg", "people/training/7_cam4_1.jpg", "people/training/12_cam2_1.jpg",
      "probe/20_cam2_1.jpg", "the 'gallery'/20_cam4_1.jpg", "the 'gallery'/000_cam2_1.jpg",
      "the 'gallery'/-1_cam2_1.jpg",
    ]
    let set = try open(folder(names), text)
    #expect(set.identityNames == .numbers && set.trainIdentities == [7, 12])
    #expect(set.train.map(\.camera) == [2, 2, 4])
    #expect(set.gallery.map(\.identity) == [-1, 0, 20])
    // 0 is somebody where the layout says so, and then all are texts.
    let nobody = text.replacing("junk: ['-1']", with: "distractors: []")
    #expect(try open(folder(names), nobody).identityNames.texts == ["000", "0007", "12", "20", "7"])
  }

  @Test func foldersMayTellWhoIsOnAnImage() throws {
    let text = Self.registry.replacing(
      #"'(?<identity>[a-z]+|-1)_cam(?<camera>[A-Z])_.*\.jpg'"#, with: #"'(?<identity>[^/]+)/(?<camera>\d)\.jpg'"#)
    let set = try open(
      folder([
        "people/training/Anna K./1.jpg", "people/training/Anna K./2.jpg", "probe/Ben/1.jpg", "the 'gallery'/Ben/2.jpg",
      ]),
      text)
    #expect(set.train.map(\.name) == ["Anna K./1.jpg", "Anna K./2.jpg"])
    #expect(set.identityNames.texts == ["Anna K.", "Ben"] && set.gallery.map(\.identity) == [2])
  }

  @Test func whatDoesNotMatchIsNamedAndCounted() throws {
    let strays = (1...7).map { "probe/a\($0)\n'`<b>.jpg" }
    let error = try #require(#expect(throws: PlainError.self) { try open(folder(Self.names + strays)) }).description
    #expect(error.contains("7 of 8 image names do not follow datasets.yaml:5:14: mine.layout.pattern"), "\(error)")
    #expect(error.contains(#"'a1\u{a}'`<b>.jpg'"#) && error.contains("and 2 more") && !error.contains("\n"))
    let others = try open(folder(Self.names + ["probe/notes.txt", "probe/.a.jpg"]))
    #expect(others.remarks.contains("probe: 2 other files passed over"))
    let none = try #require(#expect(throws: PlainError.self) { try open(folder(Array(Self.names.dropLast(2)))) })
    #expect(none.description.contains("the folder 'the 'gallery'' with the gallery images is missing"))
  }

  @Test func attributesAreJoinedByName() throws {
    let scheme = AttributeScheme.dukeMTMC
    let folder = try folder()
    let labels = scheme.attributes.map { _ in [0] }
    let written = IdentityNames(["zoe", "anna", "ben", "carl"])
    try AttributeTable(scheme: scheme, names: written, train: [1: labels, 4: labels], test: [2: labels, 3: labels])
      .write(to: folder.url.appendingPathComponent("mine/labels.mat"))
    let set = try open(folder, Self.registry + "\n  attributes: labels.mat\n  attribute_scheme: dukemtmc\n")
    #expect(set.scheme == scheme)
    let file = try set.requireAttributesFile()
    let table = try AttributeTable(contentsOf: file, scheme: scheme, names: set.identityNames)
    // Who is in the table alone comes after all that the images show.
    #expect(table.identities(in: .train) == [1, 3] && table.identities(in: .test) == [2, 4])
    #expect(table.names.name(of: 4) == "carl")
    let finding = try #require(set.findings(attributes: table).first { $0.kind == .withoutImages })
    #expect(finding.names == ["carl"] && finding.text.hasSuffix(": carl"))
    try set.requireSoundEvaluation(attributes: table)
  }

  /// What the page on datasets and the comments of datasets.yaml show works as they say.
  @Test(arguments: ["Sources/aanet/aanet.docc/AddADataset.md", "datasets.yaml"])
  func theExampleInTheDocumentationWorks(file: String) throws {
    let project = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../..").standardized
    let text = try String(contentsOf: project.appendingPathComponent(file), encoding: .utf8)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { file.hasSuffix(".md") ? String($0) : String($0.dropFirst("#   ".count)) }
    let example = lines.drop { $0 != "my-campus:" }.prefix { !$0.isEmpty && $0 != "```" }
    let registry = try DatasetRegistry(YAML.parse(example.joined(separator: "\n"), name: file))
    let folder = try TemporaryFolder()
    for name in [
      "training/anna_cam2_000017.jpg", "training/-1_cam2_000017.jpg", "training/zoe_cam2_1.jpg",
      "probe/ben_cam1_1.jpeg",
      "gallery/ben_cam2_1.jpg", "gallery/nobody_cam2_1.jpg",
    ] { try folder.write("", to: "data/my-campus/\(name)") }
    let set = try Dataset.open(
      named: "my-campus", registry: registry, places: DatasetPlaces(project: folder.url, environment: [:]))
    #expect(set.identityNames.texts == ["anna", "ben", "zoe"] && set.train.map(\.camera) == [2, 2])
    #expect(set.gallery.map(\.identity) == [2, 0])
    try set.requireSoundEvaluation()
  }

  @Test func faultsOfTheDescriptionHaveTheirPlace() throws {
    #expect(try decodingFault("pattern:", "patern:").contains("datasets.yaml:5:5: mine.layout.patern"))
    #expect(try decodingFault("pattern:", "patern:").contains("did you mean 'pattern'"))
    #expect(try decodingFault("train:", "training:").contains("mine.layout.folders.training"))
    #expect(try decodingFault("query: probe, ", "").contains("mine.layout.folders.query: is missing"))
    #expect(try decodingFault("query: probe", "query: ../probe").contains("no folder within the dataset's"))
    #expect(try decodingFault("query: probe", "query: /probe").contains("no folder within the dataset's"))
    #expect(try decodingFault("query: probe", "query: people/training").contains("the folder of train already"))
    let group = try decodingFault("?<camera>", "?<camra>")
    #expect(group.contains("datasets.yaml:5:14: mine.layout.pattern"), "\(group)")
    #expect(group.contains("no group 'camera' (there is 'camra')"), "\(group)")
    #expect(try decodingFault("[A-Z]", "[A-Z").contains("character 37: the set is not closed"))
    #expect(try decodingFault("[nobody]", "nobody").contains("mine.layout.distractors"))
    #expect(try decodingFault("[nobody]", "['-1']").contains("'-1' is among the distractors already"))
    let scheme = try decodingFault("  root: mine", "  root: mine\n  attributes: a.mat")
    #expect(scheme.contains("datasets.yaml:3:15: mine.attributes") && scheme.contains("attribute_scheme"), "\(scheme)")
    #expect(
      try decodingFault("  root: mine", "  root: mine\n  scale: huge").contains("known: small, medium, study, full"))
  }
}
