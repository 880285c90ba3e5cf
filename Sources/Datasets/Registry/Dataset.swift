import Foundation
import Support
import Tensors

/// A dataset on disk: its three lists of images and its attribute file.
///
/// No image is read: opening one lists three folders. ``DatasetContents`` tells what is in the files.
package struct Dataset: Sendable {
  /// The name by which experiments call it.
  package let name: String
  package let root: URL
  package let layout: DatasetLayout
  /// What its folders must hold, where the registry states it.
  package let expectation: DatasetExpectation?
  /// The training images of real identities, in the order of their names.
  package private(set) var train: [LabelledImage]
  /// Images of the training folder that belong to nobody and are not in ``train``.
  let trainingImagesLeftOut: (junk: Int, distractors: Int)
  /// The query images, in the order of their names.
  package private(set) var query: [LabelledImage]
  /// The gallery, in the order of its names, with its distractors (identity 0) and junk (−1).
  package private(set) var gallery: [LabelledImage]
  package let identityNames: IdentityNames
  package let scheme: AttributeScheme
  /// The identities of the training images, ascending; an identity's place is its class.
  package private(set) var trainIdentities: [Int]
  /// The attribute file, where the registry names one and it is there.
  package let attributesFile: URL?
  /// Where the attribute file is expected, where the registry names one.
  let expectedAttributesFile: URL?
  let attributesDigest: FileDigest?
  /// Where joints and labels of its images are said to lie. Nothing of them is read, and they are no part of the
  /// fingerprint: ``DatasetCues`` opens them for those who ask.
  package let cues: CueSettings
  /// Whether `aanet data make` draws it.
  let isSynthetic: Bool
  /// What is worth saying about the folders: files that were passed over.
  package let remarks: [String]

  /// Opens a dataset that the registry names.
  ///
  /// - Throws: ``PlainError`` where the name is unknown or the folders are not what the layout asks for.
  package static func open(
    named name: String, registry: DatasetRegistry, places: DatasetPlaces
  ) throws(PlainError) -> Dataset {
    let entry = try registry.entry(named: name)
    return try Dataset(entry, root: places.folder(of: entry))
  }

  /// Opens the dataset of an entry at its folder.
  ///
  /// - Throws: ``PlainError`` where a folder is missing or empty, or a file's name says nothing.
  package init(_ entry: DatasetEntry, root: URL) throws(PlainError) {
    let standing = RegularFile.standing(of: root.path)
    guard standing != .missing else { throw PlainError(Self.adviceOnMissing(entry, root: root)) }
    if let fault = standing.faultOfFolder {
      throw PlainError("the dataset '\(entry.name)': \(root.path.quoted) \(fault)")
    }
    var folders: [DatasetLayout.Split: SplitFolder] = [:]
    for split in DatasetLayout.Split.allCases {
      folders[split] = try SplitFolder(of: split, under: root, layout: entry.layout)
    }
    let labels = try DatasetLabels(folders, layout: entry.layout)
    let lists = labels.images
    var remarks: [String] = []
    for split in DatasetLayout.Split.allCases {
      guard let folder = folders[split], folder.ignored > 0 else { continue }
      remarks.append("\(entry.layout.folder(of: split)): \(folder.ignored) other files passed over")
    }
    let training = lists[.train] ?? []
    train = training.filter { $0.identity > 0 }
    if train.count < training.count {
      remarks.append(
        "\(entry.layout.folder(of: .train)): \(training.count - train.count) images of distractors or junk left out")
    }
    guard !train.isEmpty else {
      throw PlainError(
        "\(root.path.quoted): \(entry.layout.folder(of: .train).quoted) shows no identity above 0: "
          + (training.count == 1 ? "its one image is" : "all \(training.count) images are") + " of distractors or junk")
    }
    query = lists[.query] ?? []
    gallery = lists[.gallery] ?? []
    trainIdentities = Set(train.map(\.identity)).sorted()

    expectedAttributesFile = entry.attributes.map { root.appendingPathComponent($0, isDirectory: false) }
    if let file = expectedAttributesFile, FileManager.default.fileExists(atPath: file.path) {
      do throws(PlainError) {
        attributesDigest = FileDigest(of: try RegularFile.bytes(of: file.path, limit: Self.maximumAttributesSize))
      } catch {
        throw PlainError("\(file.path.quoted): the file of attributes \(error.description)")
      }
      attributesFile = file
    } else {
      attributesFile = nil
      attributesDigest = nil
    }
    name = entry.name
    self.root = root
    layout = entry.layout
    identityNames = labels.identityNames
    scheme = entry.attributeScheme
    cues = entry.cues
    isSynthetic = entry.isSynthetic
    expectation = entry.expectation
    trainingImagesLeftOut = (
      junk: training.count { $0.identity < 0 }, distractors: training.count { $0.identity == 0 }
    )
    self.remarks = remarks
  }

  /// The largest file of attributes that is read, in bytes; the real ones are of 20 KB.
  private static let maximumAttributesSize = 1 << 28

  /// The attribute file, for a caller that cannot do without.
  ///
  /// - Throws: ``PlainError`` that says where the file is expected.
  package func requireAttributesFile() throws(PlainError) -> URL {
    if let attributesFile { return attributesFile }
    guard let expectedAttributesFile else {
      throw PlainError(
        "the dataset '\(name)' has no attributes: name the file with 'attributes:' in datasets.yaml, "
          + "or leave out the tasks 'attribute' and 'attention'")
    }
    let others = attributeFilesElsewhere.map(\.quoted)
    throw PlainError(
      "the dataset '\(name)' has no attributes: \(expectedAttributesFile.path.quoted) is missing; "
        + (others.isEmpty
          ? "put it there"
          : "name with 'attributes:' in \(DatasetRegistry.fileName) what is there, \(others.joined(separator: " or "))")
        + ", or leave out the tasks 'attribute' and 'attention'")
  }

  /// The MATLAB files in the dataset's folder and in the folders in it, by their paths below it: at most the first three.
  private var attributeFilesElsewhere: [String] {
    let lists = Set(DatasetLayout.Split.allCases.map { layout.folder(of: $0) })
    let top = ((try? RegularFile.names(in: root.path)) ?? []).filter { !lists.contains($0) }.sorted().prefix(200)
    let below = top.flatMap { name in
      ((try? RegularFile.names(in: "\(root.path)/\(name)")) ?? []).sorted().prefix(200).map { "\(name)/\($0)" }
    }
    return Array((top + below).filter { $0.lowercased().hasSuffix(".mat") }.prefix(3))
  }

  /// The class of each training image: its identity's place in ``trainIdentities``.
  package var trainClasses: [Int] {
    let places = Dictionary(uniqueKeysWithValues: zip(trainIdentities, 0...))
    return train.compactMap { places[$0.identity] }
  }

  /// The dataset without some of its training identities.
  package func withholding(_ identities: Set<Int>) -> Dataset {
    var rest = self
    rest.train = train.filter { !identities.contains($0.identity) }
    rest.trainIdentities = trainIdentities.filter { !identities.contains($0) }
    return rest
  }

  /// Training images in the place of the test's, to be retrieved among each other: nothing is trained on.
  ///
  /// - Parameter queries: those that are looked for, by their places in ``train``; all images of their identities are the
  ///   gallery. The protocol leaves a query's own camera out, and so the query itself.
  package func retrieving(_ queries: [Int], among identities: Set<Int>) -> Dataset {
    var part = self
    part.train = []
    part.trainIdentities = []
    part.query = queries.map { train[$0] }
    part.gallery = train.filter { identities.contains($0.identity) }
    return part
  }

  private static func adviceOnMissing(_ entry: DatasetEntry, root: URL) -> String {
    let missing = "the dataset '\(entry.name)' is not there: the folder \(root.path.quoted) is missing; "
    if entry.isSynthetic { return missing + "make it with: aanet data make \(entry.name.quotedForShell)" }
    let folders = DatasetLayout.Split.allCases.map { entry.layout.folder(of: $0).quoted }.joined(separator: ", ")
    let advice =
      "download it and unpack it so that this folder holds \(folders)"
      + (entry.attributes.map { " and \($0.quoted)" } ?? "")
      + ", or name the folder of your datasets, or its own, with --data or in the variable "
      + "\(DatasetPlaces.variable); this project neither ships nor downloads it"
    return
      ([missing + advice] + entry.origin.lines
      + [
        "  `aanet data verify \(entry.name.quotedForShell)` checks your copy; `aanet data make` draws a synthetic twin to try things on"
      ])
      .joined(separator: "\n")
  }
}
