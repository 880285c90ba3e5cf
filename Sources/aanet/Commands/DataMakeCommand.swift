import ArgumentParser
import Configuration
import Datasets
import Foundation

/// `aanet data make`: draws a synthetic twin.
struct DataMakeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make",
    abstract: "Draw a synthetic twin of a benchmark.",
    discussion: """
      Pedestrians are drawn as 64x128 JPEG crops in the real benchmark's folders and file names, with its attribute \
      file. An equal twin that is already there is left alone; one of another seed or scale is replaced. What comes \
      out is made up: it exercises the harness and says nothing about real streets.

      Examples:
        aanet data make synthetic-market
        aanet data make synthetic-duke --seed 7 --force
        aanet data make synthetic-duke --out /tmp/twin --format json
      """)

  @Argument(help: "synthetic-market or synthetic-duke.")
  var name: String
  @Option(help: "The seed of everything drawn: the same seed gives the same pixels.")
  var seed: UInt64 = 1
  @Option(help: "How large: small (64 + 64 identities, 2,000 images) or medium (128 + 128 identities, 4,000).")
  var scale = "small"
  @Option(help: "The folder to make (default: the one that datasets.yaml names).")
  var out: String?
  @Flag(help: "Draw it anew even where it exists.")
  var force = false
  @Option(help: "table or json.")
  var format: OutputFormat = .table

  @OptionGroup var project: ProjectOptions

  func run() throws {
    guard let kind = SyntheticTwin.Kind.allCases.first(where: { $0.dataset == name }) else {
      let what = "no synthetic dataset is called \(Wording.quoted(name))"
      throw DatasetError(Wording.unknown(what, name, among: SyntheticTwin.Kind.allCases.map(\.dataset)))
    }
    guard let scale = TwinScale.named(scale, kind) else {
      throw DatasetError(
        Wording.unknown("there is no scale \(Wording.quoted(scale))", scale, among: TwinScale.names))
    }
    let folder = try out.map { URL(fileURLWithPath: $0) } ?? DataFolder.toMake(kind, project: project.folder)
    let summary = try TwinMaker(kind: kind, scale: scale, seed: seed, folder: folder).make(isForced: force)
    switch format {
    case .json: try Console.printJSON(summary)
    case .table:
      let verb = summary.wasPresent ? "is there already" : "made"
      print("\(kind.dataset) \(verb): \(summary.images) images, seed \(summary.seed), in \(folder.path)")
      for split in summary.splits {
        let label = split.folder.padded(to: 22)
        print("  \(label)\(split.images) images, \(split.identities) identities, \(split.cameras) cameras")
      }
      print(
        "  \(kind.scheme.fileName.padded(to: 22))"
          + "\(kind.scheme.attributes.count) attributes")
    }
  }
}
