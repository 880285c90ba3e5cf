import Datasets
import Documents
import Foundation
import Retrieval
import Support

/// Attribute accuracy of predictions in a file, as `aanet score attributes` prints it: percentages by attribute.
package struct AttributeScore: Codable, Sendable, Equatable {
  /// The share of images that is right.
  package let accuracy: [String: Double]
  /// The mean accuracy over the attributes.
  package let mean: Double
  /// The accuracy of always saying the most frequent class.
  package let majority: [String: Double]
  /// The accuracy that unlabelled colours leave to a perfect prediction.
  package let ceiling: [String: Double]
  /// The mean over the classes that have images of the share that is right.
  package let balanced: [String: Double]
  /// Images of real identities.
  package let images: Int
  /// The attributes in the order of the benchmark's tables.
  package let order: [String]

  enum CodingKeys: String, CodingKey {
    case accuracy, mean, majority, ceiling, balanced, images
    case order = "attributes"
  }

  /// Scores predictions for the gallery images of real identities.
  ///
  /// - Parameters:
  ///   - predictions: one row an image of an identity above 0, in the order of the identities' list.
  ///   - identities: the identity of every gallery image in file-name order, distractors and junk among them.
  ///   - labels: the annotators' file.
  ///   - columns: the attribute of each column of the predictions; nil for the order of Market-1501's annotators.
  /// - Throws: `PlainError` that says which file or image is amiss.
  package init(predictions: URL, identities: URL, labels: URL, columns: [String]? = nil) throws {
    let scheme = try AttributeScheme.ofLabels(in: labels)
    let table = try AttributeTable(contentsOf: labels, scheme: scheme)
    let predicted = try AttributePredictions(contentsOf: predictions, scheme: scheme, columns: columns)
    let people = try IdentityList.read(identities).filter { $0 > 0 }
    guard people.count == predicted.images else {
      throw PlainError(
        "\(predictions.path): predictions for \(predicted.images) images, but \(identities.path) lists "
          + "\(people.count) images of real identities")
    }
    let rows = people.map { table.classes(of: $0, in: .test) }
    if let missing = rows.firstIndex(where: { $0 == nil }) {
      throw PlainError("\(labels.path): identity \(people[missing]) is not among the test identities")
    }
    let attributes = scheme.attributes.filter { predicted.columns.contains($0.name) }
    let result = try AttributeAccuracy(
      attributes.map { .init(name: $0.name, classes: $0.classes.count, unlabelledColour: $0.otherClass) },
      predicted: attributes.map { predicted.classes[predicted.columns.firstIndex(of: $0.name) ?? 0] },
      actual: attributes.map { attribute in
        let place = scheme.index(of: attribute.name) ?? 0
        return rows.map { $0?[place] ?? -1 }
      })
    func percent(_ figure: KeyPath<AttributeAccuracy.Figures, Double>) -> [String: Double] {
      result.byName(figure).mapValues { 100 * $0 }
    }
    accuracy = percent(\.accuracy)
    mean = 100 * result.mean
    majority = percent(\.majority)
    ceiling = percent(\.ceiling)
    balanced = percent(\.balanced)
    images = people.count
    order = result.attributes.map(\.name)
  }
}
