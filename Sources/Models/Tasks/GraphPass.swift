/// What a task can read of a pass that is written as operators; see ``TaskPass``.
package struct GraphPass {
  /// The images, `[N, 3, H, W]`, normalised.
  package let images: OperatorGraph.Value
  /// The maps behind each of the backbone's four stages, `[N, channels, H', W']`; the last is X.
  package let stages: [OperatorGraph.Value]
  /// The feature map X, `[N, Z, H', W']`.
  package var features: OperatorGraph.Value { stages[stages.count - 1] }
  /// What tasks read of each image beside it, channels first.
  let inputs: [CueInput: OperatorGraph.Value]
  /// What the tasks before it in the list gave.
  package internal(set) var outputs: [TaskName: GraphOutput] = [:]

  init(images: OperatorGraph.Value, inputs: [CueInput: OperatorGraph.Value], stages: [OperatorGraph.Value]) {
    self.images = images
    self.inputs = inputs
    self.stages = stages
  }

  /// What a task asked for of each image.
  func input(_ wanted: CueInput) -> OperatorGraph.Value {
    guard let input = inputs[wanted] else { preconditionFailure("a graph without \(wanted), which a task reads") }
    return input
  }
}

/// What a task gives in a pass that is written as operators; see ``TaskOutput``. What it has not stays empty.
package struct GraphOutput {
  /// What the task says of an attribute.
  struct Evidence {
    let classifier: AttributeClassifier
    /// `[N, classes]`.
    let logits: OperatorGraph.Value
    /// The map that the classifier's vector is an average of, `[N, V, H, W]`.
    let map: OperatorGraph.Value
  }

  /// The numbers that go into the descriptor, each `[N, width]`.
  package var vectors: [OperatorGraph.Value] = []
  var attributes: [Evidence] = []
  /// The first row of each part and the row behind its last, whole numbers `[N, P, 2]`.
  package var rows: OperatorGraph.Value?
  /// The first row, the row behind the last, and columns alike, of each box, whole numbers `[N, P, 4]`.
  package var boxes: OperatorGraph.Value?
  /// How much each place belongs to each part, `[N, P, H·W]`.
  var assignment: OperatorGraph.Value?
  /// Where the task looked, `[N, H, W]`.
  package var map: OperatorGraph.Value?
  /// The maps that images are judged by in pairs, `[N, V, Hₙ, Wₙ]` of each scale.
  package var pairMaps: [OperatorGraph.Value] = []

  package init() {}
}
