import Datasets
import Experiments
import Foundation
import Models
import Runs
import Support
import Trained

/// What a model says of itself in free text by name: where it comes from, what it is given and what it gives. Everything
/// but single words is JSON.
struct ModelRecord {
  /// A stretch of the descriptor.
  struct Stretch: Encodable {
    let task: String
    let start: Int
    let count: Int
  }

  struct Attribute: Encodable {
    let name: String
    let output: String
    let classes: [String]
  }

  private struct InputRule: Encodable {
    let kind: String
    let layout: String
    let height: Int
    let width: Int
    let resize: String
    let mean: [Double]
    let deviation: [Double]
  }

  /// The run as a person names it, on one line.
  var identity: String { Wording.printable(network.run.name) }
  private let network: NetworkGraph

  init(_ network: NetworkGraph) { self.network = network }

  /// The text by name, in order.
  var metadata: [(name: String, text: String)] {
    get throws(PlainError) {
      let (run, input) = (network.run, network.input)
      let rule = InputRule(
        kind: input == .bytes ? "RGB bytes of any size" : "numbers", layout: input == .bytes ? "NHWC" : "NCHW",
        height: run.inputSize.height, width: run.inputSize.width,
        resize: input == .bytes
          ? "in the model: bilinear, antialiased, rounded to bytes"
          : "before the model: bilinear, antialiased, rounded",
        mean: OperatorGraph.normalization.mean, deviation: OperatorGraph.normalization.deviation)
      let sentences = [run.entry.standing] + network.remarks
      return [
        ("run", identity), ("dataset", Wording.printable(run.settings.dataset)),
        ("input", try Self.json(rule)), ("descriptor_layout", try Self.json(Self.layout(of: run.model.layout))),
        ("distance", run.settings.evaluate.isNormalized ? "euclidean, of descriptors at unit length" : "euclidean"),
        ("attributes", try Self.json(Self.attributes(network))),
        ("remarks", try Self.json(sentences)),
      ]
    }
  }

  static func layout(of layout: DescriptorLayout) -> [Stretch] {
    layout.slots.compactMap { slot in
      layout.range(of: slot).map { Stretch(task: slot.task.rawValue, start: $0.lowerBound, count: $0.count) }
    }
  }

  static func attributes(_ network: NetworkGraph) -> [Attribute] {
    network.outputNames.attributes.map { name, output in
      Attribute(
        name: name, output: output, classes: network.run.scheme.attributes.first { $0.name == name }?.classes ?? [])
    }
  }

  private static func json(_ value: some Encodable) throws(PlainError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do { return String(decoding: try encoder.encode(value), as: UTF8.self) } catch {
      throw PlainError("the model's description cannot be written as JSON: \(error.localizedDescription)")
    }
  }
}

extension DatasetEntry {
  /// What a figure or a model of it stands for, in a sentence.
  var standing: String {
    if isSynthetic {
      return
        "\(Wording.printable(name)) is a synthetic twin: its images are drawn, not photographed, and what was learned "
        + "on it says nothing of photographs."
    }
    let terms = [
      origin.licence.map { "licence: \(Wording.printable($0, limit: 400))" },
      origin.standing.map { "standing: \(Wording.printable($0, limit: 400))" },
    ].compactMap { $0 }
    return "\(Wording.printable(name)) is a dataset of photographs of people"
      + (terms.isEmpty ? "; the registry states no licence of it." : " (\(terms.joined(separator: "; "))).")
  }
}
