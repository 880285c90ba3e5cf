import ArgumentParser
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
        aanet data make synthetic-market-full
        aanet data make synthetic-duke --scale full --data /big/disk
        aanet data make synthetic-duke --out /tmp/twin --format json
      """)

  @Argument(help: "synthetic-market, synthetic-duke, or another drawn dataset of datasets.yaml.")
  var name: String
  @Option(
    help: "The seed of everything drawn: the same seed gives the same pixels (default: as datasets.yaml says, or 1).")
  var seed: UInt64?
  @Option(
    help: """
      How large: small (64 + 64 identities, 2,000 images), medium (128 + 128 identities, 4,000) or full (the real \
      benchmark's counts); by default what datasets.yaml says.
      """)
  var scale: String?
  @Option(help: "The folder to make (default: the one that datasets.yaml names).")
  var out: String?
  @Flag(help: "Draw it anew even where it exists.")
  var force = false
  @Option(help: "table or json.")
  var format: OutputFormat = .table

  @OptionGroup var data: DataOptions
  @OptionGroup var project: ProjectOptions

  func run() throws {
    let order = try TwinOrder(
      name: name, scale: scale, out: out, project: project, places: data.places(in: project))
    let summary = try TwinMaker(order: order, seed: seed ?? order.seed).make(isForced: force)
    switch format {
    case .json: try Console.printJSON(summary)
    case .table:
      let verb = summary.wasPresent ? "is there already" : "made"
      print("\(order.name) \(verb): \(summary.images) images, seed \(summary.seed), in \(order.folder.path)")
      for split in summary.splits {
        let label = split.folder.padded(to: 22)
        print("  \(label)\(split.images) images, \(split.identities) identities, \(split.cameras) cameras")
      }
      print(
        "  \(order.kind.scheme.fileName.padded(to: 22))"
          + "\(order.kind.scheme.attributes.count) attributes")
    }
  }
}
