import Datasets
import Models
import Trained

/// What an exported network is given of an image.
package enum NetworkInput: String, CaseIterable, Sendable {
  /// RGB bytes of any size, channels last; resized and normalised within.
  case bytes
  /// Numbers at the network's size, channels first, as a loader makes them.
  case normalised
}

/// A trained network as operators, from what other programs give it to outputs named for what they are.
struct NetworkGraph {
  let run: TrainedRun
  let input: NetworkInput
  let graph: OperatorGraph
  let outputNames: OutputNames
  /// What the network reads of each image beside it, in the order of the inputs behind the first.
  let cues: [CueInput]
  /// What the graph leaves out of what the run does, in sentences.
  let remarks: [String]

  init(of run: TrainedRun, input: NetworkInput) {
    let (size, configuration) = (run.inputSize, run.model.configuration)
    let graph = OperatorGraph()
    graph.scope = "input"
    let image: OperatorGraph.Value
    switch input {
    case .bytes: image = graph.loaded(graph.input("image", shape: [-1, -1, 3], type: .uint8), size: size)
    case .normalised: image = graph.input("image", shape: [3, size.height, size.width])
    }
    cues = configuration.inputs(height: size.height, width: size.width)
    let read = cues.map { ($0, input.value(of: $0, in: graph)) }
    let found = run.model(image, inputs: Dictionary(uniqueKeysWithValues: read), in: graph)
    outputNames = OutputNames(attributes: found.attributes.map(\.name))
    outputNames.name(found, in: graph)
    remarks =
      found.pairMaps.isEmpty
      ? []
      : [
        "the pairs task judges two images at a time, which a pass over single images cannot: the model gives the maps that "
          + "they are judged by (\(OutputNames.pairMap)_1 …) and not the judgement, so that a ranking by it is the first stage's"
      ]
    (self.run, self.input, self.graph) = (run, input, graph)
  }
}

extension NetworkInput {
  /// An input for what a task reads of each image beside it; the task gets it channels first.
  fileprivate func value(of cue: CueInput, in graph: OperatorGraph) -> OperatorGraph.Value {
    let (rows, columns, channels) = (cue.shape[0], cue.shape[1], cue.shape[2])
    switch (self, cue) {
    case (.normalised, _): return graph.input(cue.portName, shape: [channels, rows, columns])
    case (.bytes, .crop):
      let pixels = graph.input(cue.portName, shape: [-1, -1, 3], type: .uint8)
      return graph.loaded(pixels, size: ImageSize(height: rows, width: columns))
    case (.bytes, _): return graph.transposed(graph.input(cue.portName, shape: cue.shape), 3, 1, 2)
    }
  }
}

extension CueInput {
  /// What the model's input of it is called.
  var portName: String {
    switch self {
    case .regionWeights: "region_weights"
    case .crop(let crop): "crop_\(crop.part.rawValue)"
    case .partImage: "part_image"
    }
  }
}

/// What a model's outputs are called.
struct OutputNames {
  static let descriptor = "descriptor"
  static let pairMap = "pair_map"
  /// Each attribute and the output of its probabilities.
  let attributes: [(name: String, output: String)]

  /// An attribute may be called as it likes, and an output is called as a variable of a program.
  init(attributes: [String]) {
    var taken: Set<String> = []
    self.attributes = attributes.map { name in
      let plain = "attribute_" + String(name.unicodeScalars.map { Self.isPlain($0) ? Character($0) : "_" })
      let output = (1...).lazy.map { $0 == 1 ? plain : "\(plain)_\($0)" }.first { !taken.contains($0) } ?? plain
      taken.insert(output)
      return (name, output)
    }
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
  }

  /// Gives what a network found its names among the graph's outputs.
  func name(_ found: AANet.GraphOutputs, in graph: OperatorGraph) {
    if let descriptor = found.descriptor { graph.output(descriptor, named: Self.descriptor) }
    for (attribute, found) in zip(attributes, found.attributes) {
      graph.output(found.probabilities, named: attribute.output)
    }
    for (_, output) in found.tasks {
      if let map = output.map { graph.output(map, named: "attention_map") }
      if let rows = output.rows { graph.output(rows, named: "part_rows") }
      if let boxes = output.boxes { graph.output(boxes, named: "part_boxes") }
    }
    if let assignment = found.assignment { graph.output(assignment, named: "part_assignment") }
    for (n, map) in found.pairMaps.enumerated() { graph.output(map, named: "\(Self.pairMap)_\(n + 1)") }
  }
}

extension AANet.GraphOutputs {
  var pairMaps: [OperatorGraph.Value] { tasks.flatMap(\.output.pairMaps) }
}
