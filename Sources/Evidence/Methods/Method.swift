import Documents
import Models

/// What a page of a method shows of how it is composed.
package protocol ComposedMethod: Sendable {
  /// The variant's name.
  var name: String { get }
  /// The settings that it has beside what all variants share, as YAML; empty where it has none of its own.
  var yaml: String { get }

  func figure(named name: String) -> Figure
}

/// A method as a variant of an experiment composes it: all that a figure and a page of it are made of.
package struct Method: Sendable {
  /// A stretch of training.
  package struct Phase: Hashable, Sendable {
    package var name: String
    package var epochs: Int
    /// What holds in it, in words.
    package var rules: [String]

    package init(name: String, epochs: Int, rules: [String]) {
      (self.name, self.epochs, self.rules) = (name, epochs, rules)
    }
  }

  /// The variant's name.
  package var name: String
  package var network: AANetConfiguration
  /// The sides of its images, in pixels.
  package var height: Int
  package var width: Int
  package var phases: [Phase]
  /// What is done with descriptors, in words, one step after the other.
  package var test: [String]
  /// The settings that it has beside what all variants share, as YAML; empty where it has none of its own.
  package var yaml: String

  package init(
    name: String, network: AANetConfiguration, height: Int, width: Int, phases: [Phase], test: [String], yaml: String
  ) {
    (self.name, self.network, self.height, self.width) = (name, network, height, width)
    (self.phases, self.test, self.yaml) = (phases, test, yaml)
  }

  /// The descriptor in words: `global 64 + part 6 × 64`.
  var descriptor: String {
    let vectors = network.descriptorLayout.vectors
    let tasks = network.tasks.enabled.compactMap { task -> String? in
      let own = vectors.filter { $0.slot.task == task }
      guard let width = own.first?.width else { return nil }
      return "\(task.title) \(own.count == 1 ? "" : "\(own.count) × ")\(width)"
    }
    return tasks.joined(separator: " + ")
  }

  /// What a task's loss is multiplied with.
  func weight(of task: TaskName) -> String {
    switch network.loss.weights {
    case .fixed(let weights): "loss × \(weights[task].map(String.number) ?? "0")"
    case .learned: "loss × 1/σ², σ learned"
    }
  }

  /// Phases that are alike but for the round behind their names, in the order of their first, with all of their places.
  var kindsOfPhases: [(phase: Phase, places: [Int])] {
    var kinds: [(phase: Phase, places: [Int])] = []
    for (place, phase) in phases.enumerated() {
      var kind = phase
      kind.name = phase.name.replacing(#/ [0-9]+$/#, with: "")
      if let known = kinds.firstIndex(where: { $0.phase == kind }) {
        kinds[known].places.append(place)
      } else {
        kinds.append((kind, [place]))
      }
    }
    // One that stands alone keeps its whole name.
    return kinds.map { $0.places.count == 1 ? (phases[$0.places[0]], $0.places) : $0 }
  }
}
