import ArgumentParser
import Configuration
import Datasets
import Foundation
import Twins
import YAML

/// `aanet data make`: draws a synthetic twin.
struct DataMakeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make",
    abstract: "Draw a synthetic twin of a benchmark.",
    discussion: """
      Pedestrians are drawn as 64x128 JPEG crops in the real benchmark's folders and file names, with its attribute \
      file, and beside them what a pose estimator and a human parser would find: keypoints.json (COCO) and parsing/ \
      (PNG, the classes of LIP). An equal twin that is already there is left alone, but for joints and labels that it \
      lacks or that have another noise; one of another seed or scale is replaced. What comes out is made up: it \
      exercises the harness and says nothing about real streets.

      Examples:
        aanet data make synthetic-market
        aanet data make synthetic-duke --seed 7 --force
        aanet data make synthetic-market-full
        aanet data make synthetic-duke --scale full --data /big/disk
        aanet data make synthetic-duke --out /tmp/twin --format json
        aanet data make synthetic-duke --joint-noise 3 --label-noise 0.05
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
  @Option(
    help: """
      How far joints are from their places: the deviation of x and y in pixels, 0 to 64 (default: as datasets.yaml \
      says, or 0).
      """)
  var jointNoise: Double?
  @Option(
    help: """
      The share of pixels that bear one of the other labels, 0 to 1 (default: as datasets.yaml says, or 0).
      """)
  var labelNoise: Double?
  @Option(help: "The folder to make (default: the one that datasets.yaml names).")
  var out: String?
  @Flag(help: "Draw it anew even where it exists.")
  var force = false
  @Option(help: "table or json.")
  var format: OutputFormat = .table

  @OptionGroup var data: DataOptions
  @OptionGroup var project: ProjectOptions

  func validate() throws {
    let limits = CueNoise.ranges
    for (option, value, range) in [
      ("--joint-noise", jointNoise, limits.joints), ("--label-noise", labelNoise, limits.labels),
    ] {
      guard let value, !range.contains(value) else { continue }
      throw ValidationError(
        "\(option) is from \(Self.number(range.lowerBound)) to \(Self.number(range.upperBound)), not \(value)")
    }
  }

  func run() throws {
    let order = try TwinOrder(
      name: name, scale: scale, out: out, project: project, places: data.places(in: project))
    let noise = CueNoise(joints: jointNoise ?? order.noise.joints, labels: labelNoise ?? order.noise.labels)
    let summary = try TwinMaker(order: order, seed: seed ?? order.seed, noise: noise).make(isForced: force)
    switch format {
    case .json: try Console.printJSON(summary)
    case .table:
      let verb = summary.wasPresent ? "is there already" : "made"
      print(
        "\(order.name) \(verb): \(summary.images) images, seed \(summary.seed), in \(order.folder.path)"
          + (summary.hasNewCues ? "; cues drawn" : ""))
      for split in summary.splits {
        let label = split.folder.padded(to: 22)
        print("  \(label)\(split.images) images, \(split.identities) identities, \(split.cameras) cameras")
      }
      print(
        "  \(order.kind.scheme.fileName.padded(to: 22))"
          + "\(order.kind.scheme.attributes.count) attributes")
      print("  keypoints.json, parsing  \(Self.words(for: summary.noise ?? CueNoise()))")
    }
  }

  /// What is said of the cues.
  private static func words(for noise: CueNoise) -> String {
    guard noise != CueNoise() else { return "joints and labels, exact" }
    let joints = noise.joints > 0 ? "joints with a deviation of \(number(noise.joints)) pixels" : "exact joints"
    let labels = noise.labels > 0 ? "a share of \(number(noise.labels)) of the labels wrong" : "exact labels"
    return "\(joints), \(labels)"
  }

  private static func number(_ value: Double) -> String { YAML.inline(.double(value)) }
}
