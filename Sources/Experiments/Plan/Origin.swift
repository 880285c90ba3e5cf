import Configuration
import Models
import Support
import YAML

/// One resolved setting and where it came from: a line of `aanet show --origins`.
package struct Origin: Sendable, Hashable {
  /// The setting's dotted path.
  package let path: String
  /// Its value as one line of YAML.
  package let value: String
  /// Where it was written; nil where it is the default.
  package let location: SourceLocation?

  /// The place in words: `experiments/quickstart/table3.yaml:7:12`, the override, or `default`.
  package var source: String { location?.description ?? "default" }
}

extension ExperimentPlan.Variant {
  /// Every setting in the fixed order, each with its origin; tasks that are off are listed as `none` where somebody wrote
  /// that, or where they are on otherwise.
  package func origins() -> [Origin] {
    leaves(of: settings.yaml, path: [])
  }

  private func leaves(of value: YAMLValue, path: [String]) -> [Origin] {
    if path == ["tasks"] {
      return TaskSet.all.flatMap { task -> [Origin] in
        let inner = path + [task.name.rawValue]
        if let on = value[key: task.name.rawValue] { return leaves(of: on, path: inner) }
        let off = origin(inner, "none")
        return task.isOnByDefault || off.location != nil ? [off] : []
      }
    }
    guard let entries = value.entries, !entries.isEmpty else { return [origin(path, YAML.inline(value))] }
    return entries.flatMap { leaves(of: $0.value, path: path + [$0.key]) }
  }

  private func origin(_ path: [String], _ value: String) -> Origin {
    let dotted = path.joined(separator: ".")
    return Origin(path: dotted, value: value, location: location(of: dotted))
  }
}
