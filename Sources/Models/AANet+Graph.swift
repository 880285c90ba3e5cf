/// A network in evaluation as operators.
extension AANet {
  /// What a pass gives, as outputs of a graph.
  package struct GraphOutputs {
    /// The descriptors, `[N, length]`; nil where no task gives a vector.
    package let descriptor: OperatorGraph.Value?
    /// Each attribute's probabilities, `[N, classes]`, in the order of the labels.
    package let attributes: [(name: String, probabilities: OperatorGraph.Value)]
    /// Each task that gave something else to look at.
    package let tasks: [(name: TaskName, output: GraphOutput)]
    /// How much each place belongs to each part, `[N, P, H, W]`.
    package let assignment: OperatorGraph.Value?
  }

  /// Writes a pass in evaluation.
  ///
  /// - Parameters:
  ///   - images: `[N, 3, H, W]`, normalised.
  ///   - inputs: what the tasks read of each image beside it (``AANetConfiguration/inputs(height:width:)``), channels
  ///     first.
  package func callAsFunction(
    _ images: OperatorGraph.Value, inputs: [CueInput: OperatorGraph.Value] = [:], in graph: OperatorGraph
  ) -> GraphOutputs {
    graph.scope = "backbone"
    var pass = GraphPass(images: images, inputs: inputs, stages: backbone(images, in: graph))
    let outputs = tasks.map { name, network in
      graph.scope = name.rawValue
      let output = network(pass, in: graph)
      pass.outputs[name] = output
      return (name: name, output: output)
    }
    graph.scope = "output"
    let vectors = outputs.flatMap(\.output.vectors)
    let map = pass.features.shape
    return GraphOutputs(
      descriptor: vectors.isEmpty ? nil : graph.joined(vectors),
      attributes: outputs.flatMap(\.output.attributes).map {
        ($0.classifier.attribute, graph.softmax($0.logits, along: 1))
      },
      tasks: outputs,
      assignment: outputs.compactMap(\.output.assignment).first.map {
        graph.reshaped($0, [$0.shape[0], map[1], map[2]])
      })
  }
}
