import Foundation
import Models
import Support
import Tensors

/// Everything that can be said of a dataset on disk: what `aanet data verify` prints.
package struct DatasetVerification: Encodable, Sendable {
  /// One of the three lists.
  package struct SplitReport: Encodable, Sendable {
    /// `train`, `query` or `gallery`.
    package let split: String
    package let folder: String
    package let found: SplitCounts
    /// What the registry expects, where it says.
    package let expected: SplitCounts?
    /// The sizes of its images, the most frequent first; at most ``DatasetVerification/sizesShown``.
    package let sizes: [Size]
    /// How many further sizes there are.
    package let otherSizes: Int

    enum CodingKeys: String, CodingKey {
      case split, folder, found, expected, sizes
      case otherSizes = "other_sizes"
    }
  }

  /// A size of images and how many have it.
  package struct Size: Encodable, Hashable, Sendable {
    package let width: Int
    package let height: Int
    package let images: Int
  }

  /// The most sizes that are listed for a split.
  private static let sizesShown = 8

  package let name: String
  package let root: String
  /// 32 digits that change when images or attributes do; nil where a file cannot be read.
  package let fingerprint: String?
  /// Whether nothing was found that would spoil an evaluation.
  package let isSound: Bool
  package let origin: DatasetOrigin
  package let splits: [SplitReport]
  /// What would spoil an evaluation.
  package let problems: [DatasetFinding]
  /// What is worth knowing.
  package let remarks: [DatasetFinding]
  /// Known defects of the annotators' labels, each with all its identities.
  package let labelDefects: [AttributeDefect]
  package let identityNames: IdentityNames
  /// What the files' bytes say; no part of the record.
  package let contents: DatasetContents
  /// What the files of labels say, where there are any; no part of the record.
  package let labels: CueContents?

  enum CodingKeys: String, CodingKey {
    case name, root, fingerprint, origin, splits, problems, remarks
    case isSound = "sound"
    case labelDefects = "label_defects"
    case identityNames = "identity_names"
  }

  /// Verifies a dataset: reads and decodes every image, whatever is known of it, and reads the attributes and the cues.
  ///
  /// - Parameters:
  ///   - report: told how many images are done, of how many.
  ///   - cueReport: the same of each cue.
  package init(
    _ dataset: Dataset, origin: DatasetOrigin, threads: Int = Engine.availableThreads,
    report: (_ done: Int, _ total: Int) -> Void = { _, _ in },
    cueReport: (_ cue: Cue, _ done: Int, _ total: Int) -> Void = { _, _, _ in }
  ) {
    var findings: [DatasetFinding] = []
    var table: AttributeTable?
    if let file = dataset.attributesFile {
      do throws(PlainError) {
        table = try AttributeTable(contentsOf: file, scheme: dataset.scheme, names: dataset.identityNames)
      } catch {
        findings.append(DatasetFinding(.unreadable, isProblem: true, error.description))
      }
    } else if let file = dataset.expectedAttributesFile {
      findings.append(
        DatasetFinding(
          .noAttributes, isProblem: false,
          "\(file.path.quoted) is missing: the tasks 'attribute' and 'attention' cannot be trained"))
    }
    let contents = DatasetContents(of: dataset, threads: threads, report: report)
    findings += dataset.findings(attributes: table, contents: contents)
    let (cueFindings, labels) = dataset.cueFindings(threads: threads, report: cueReport)
    findings += cueFindings
    findings += dataset.remarks.map { DatasetFinding(.note, isProblem: false, $0) }

    let counts = dataset.counts
    var splits: [SplitReport] = []
    for split in DatasetLayout.Split.allCases {
      let images = dataset.images(of: split)
      let folder = dataset.layout.folder(of: split)
      var sizes: [FileCheck.Extent: Int] = [:]
      var unreadable: [String] = []
      for (image, check) in zip(images, contents.checks[split] ?? []) {
        if let extent = check.extent { sizes[extent, default: 0] += 1 }
        if let fault = check.fault { unreadable.append("\(image.name.quoted) \(fault)") }
      }
      let damaged = contents.damaged(in: split, of: dataset).map(\.name.quoted)
      findings += Self.findings(.unreadable, "that cannot be read", unreadable, in: folder)
      findings += Self.findings(
        .damaged,
        damaged.count == 1 ? "that ends early or is damaged within" : "that end early or are damaged within", damaged,
        in: folder)
      let ordered = sizes.map { Size(width: $0.key.width, height: $0.key.height, images: $0.value) }
        .sorted { ($1.images, $0.width, $0.height) < ($0.images, $1.width, $1.height) }
      splits.append(
        SplitReport(
          split: split.rawValue, folder: folder, found: counts[split] ?? SplitCounts(of: images),
          expected: dataset.expectation?.splits[split], sizes: Array(ordered.prefix(Self.sizesShown)),
          otherSizes: max(0, ordered.count - Self.sizesShown)))
    }
    name = dataset.name
    root = dataset.root.path
    fingerprint = contents.fingerprint
    self.contents = contents
    self.labels = labels
    self.origin = origin
    self.splits = splits
    problems = findings.filter(\.isProblem)
    remarks = findings.filter { !$0.isProblem }
    labelDefects = table?.labelDefects ?? []
    identityNames = table?.names ?? dataset.identityNames
    isSound = problems.isEmpty
  }

  private static func findings(
    _ kind: DatasetFinding.Kind, _ what: String, _ files: [String], in folder: String
  ) -> [DatasetFinding] {
    guard !files.isEmpty else { return [] }
    let text = "\(folder): \(Wording.count(files.count, "file")) \(what)"
    return [DatasetFinding(kind, isProblem: true, text, files: files)]
  }
}
