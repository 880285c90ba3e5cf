import ArgumentParser
import Datasets
import Experiments
import Foundation
import Models
import Support

/// `aanet data verify`: whether a copy of a dataset is what it should be.
struct DataVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a dataset: counts, files, identities, attributes, joints and labels.",
    discussion: """
      Compares counts with what datasets.yaml expects, reads every image, and lists what is amiss. The exit code is 1 \
      where something would spoil an evaluation: other counts, files that cannot be read, that end early or are damaged \
      within, identities or pictures that are both trained and tested on, queries that lie in the gallery too under \
      another camera or as somebody else, queries whose identity is not in the gallery, no query at all with a true \
      match, images of identities without attributes. The same problems stop 'aanet run' before it trains; with \
      --accept-damaged it goes on with what is left of damaged files.

      Queries that have no true match in another camera are told but are no problem: the protocol does not count them. \
      Nor are files that repeat another of their own folder byte for byte.

      Where datasets.yaml names cues, every joint and every label is looked at too: files that cannot be read, sizes that \
      are not the image's, classes that are none and joints that lie far outside are problems, and stop a run of a task \
      that reads that cue; people who were not found, joints outside and the like are told and counted.

      Examples:
        aanet data verify market1501
        aanet data verify market1501 --data ~/Market-1501-v15.09.15
        AANET_DATA=/big/disk aanet data verify dukemtmc-reid --format json
      """)

  @Argument(help: "A dataset of datasets.yaml.") var name: String
  @Option(help: "table or json.") var format = OutputFormat.table
  @OptionGroup var data: DataOptions
  @OptionGroup var project: ProjectOptions

  func run() throws {
    let registry = try project.registry
    let entry = try registry.entry(named: name)
    let dataset = try Dataset.open(named: name, registry: registry, places: data.places(in: project))
    let bar = ProgressBar(name, unit: "images")
    defer { bar.finish() }
    let cueBars = Dictionary(
      uniqueKeysWithValues: Cue.allCases.map { ($0, ProgressBar("\(name), \($0.rawValue)", unit: "images")) })
    defer { for bar in cueBars.values { bar.finish() } }
    let result = DatasetVerification(dataset, origin: entry.origin) { done, total in
      bar.update(done, of: total)
      if done == total { bar.finish() }
    } cueReport: { cue, done, total in
      cueBars[cue]?.update(done, of: total)
      if done == total { cueBars[cue]?.finish() }
    }
    let cache = DataCache(of: project.store)
    cache.keep(result.contents, of: dataset)
    if let labels = result.labels { cache.keep(labels) }
    switch format {
    case .json: try Console.printJSON(result)
    case .table: print(Self.text(result))
    }
    if !result.isSound { throw ExitCode(1) }
  }

  private static func text(_ result: DatasetVerification) -> String {
    var table = TextTable(
      ["folder", "images", "identities", "cameras", "junk", "distractors", "no query", "sizes"],
      right: [1, 2, 3, 4, 5, 6])
    for split in result.splits {
      func cell(_ count: KeyPath<SplitCounts, Int>) -> String {
        let found = split.found[keyPath: count]
        guard let expected = split.expected?[keyPath: count], expected != found else { return "\(found)" }
        return "\(found) (not \(expected))"
      }
      let sizes = split.sizes.prefix(3).map { "\($0.width)x\($0.height): \($0.images)" }
      let others = split.otherSizes + max(0, split.sizes.count - 3)
      table.add(
        [
          split.folder, cell(\.images), cell(\.identities), cell(\.cameras), cell(\.junk), cell(\.distractors),
          cell(\.withoutQuery),
          (sizes + (others > 0 ? ["\(others) other sizes"] : [])).joined(separator: ", "),
        ])
    }
    var lines = ["\(result.name) in \(result.root)", "fingerprint \(result.fingerprint ?? "none")", table.text]
    if result.splits.allSatisfy({ $0.expected == nil }) {
      lines.append("datasets.yaml states no counts to compare with")
    }
    lines += result.remarks.map { "note: \($0.text)" }
    for defect in result.labelDefects {
      let identities = defect.identities.map { Wording.printable(result.identityNames.name(of: $0)) }
        .joined(separator: " ")
      lines.append("label defect: \(defect.split.rawValue), \(defect.identities.count) \(defect.defect): \(identities)")
    }
    lines += result.problems.map { "problem: \($0.text)" }
    lines.append(
      result.isSound
        ? "nothing here would spoil an evaluation"
        : "\(result.problems.count) \(result.problems.count == 1 ? "problem" : "problems") would spoil an evaluation")
    return lines.joined(separator: "\n")
  }
}
