import Foundation
import Support
import Tensors

/// The attributes of every identity of a benchmark.
///
/// Colours are stored as one yes/no field each; here they are one class each. None labelled is the class "other", of
/// several the first in the scheme's list counts. An attribute without a label is nil and adds nothing to a loss.
package struct AttributeTable: Equatable, Sendable {
  /// What the annotators wrote of one identity: for each attribute of the scheme the labelled classes; none where it
  /// is unlabelled (a colour: where no colour was chosen), several only for a colour.
  package typealias Labels = [[Int]]

  /// The two halves of a benchmark.
  package enum Split: String, CaseIterable, Codable, Sendable {
    /// Identities to learn from.
    case train
    /// Identities of queries and gallery.
    case test
  }

  package let scheme: AttributeScheme
  package let names: IdentityNames
  /// What was written, by split and identity.
  package let labels: [Split: [Int: Labels]]
  /// What the annotators left out or wrote twice, and how it was read nonetheless.
  package let labelDefects: [AttributeDefect]

  /// Makes a table from labels.
  ///
  /// - Parameter names: what the identities are called.
  /// - Throws: ``PlainError`` where an identity has too few or too many attributes, a class that does not exist,
  ///   or several labels of an attribute that is no colour.
  package init(
    scheme: AttributeScheme, names: IdentityNames = .numbers, train: [Int: Labels], test: [Int: Labels]
  ) throws(PlainError) {
    try self.init(scheme: scheme, names: names, labels: [.train: train, .test: test], repeated: [:])
  }

  init(
    scheme: AttributeScheme, names: IdentityNames, labels: [Split: [Int: Labels]], repeated: [Split: Set<Int>]
  ) throws(PlainError) {
    for split in Split.allCases {
      for (identity, row) in labels[split] ?? [:] {
        guard row.count == scheme.attributes.count else {
          throw PlainError("identity \(identity) has \(row.count) of \(scheme.attributes.count) attributes")
        }
        for (attribute, classes) in zip(scheme.attributes, row) {
          let possible = (attribute.otherClass ?? attribute.classes.count)
          guard classes.allSatisfy({ (0..<possible).contains($0) }) else {
            throw PlainError("identity \(identity): \(attribute.name) has no class \(classes)")
          }
          guard classes.count <= 1 || attribute.otherClass != nil else {
            throw PlainError("identity \(identity): \(attribute.name) has several labels, \(classes)")
          }
        }
      }
    }
    self.scheme = scheme
    self.names = names
    self.labels = labels
    labelDefects = AttributeDefect.all(of: labels, scheme: scheme, repeated: repeated)
  }

  /// The identities of a split, in ascending order.
  package func identities(in split: Split) -> [Int] { (labels[split] ?? [:]).keys.sorted() }

  /// The class of each attribute of an identity of one split, nil where unlabelled.
  package func classes(of identity: Int, in split: Split) -> [Int?]? {
    labels[split]?[identity].map { row in
      zip(scheme.attributes, row).map { attribute, classes in classes.min() ?? attribute.otherClass }
    }
  }
}

/// What the annotators left out or chose twice, and how it is read nonetheless.
package struct AttributeDefect: Codable, Hashable, Sendable {
  /// The half of the benchmark.
  package let split: AttributeTable.Split
  /// The attribute; nil where whole identities are meant.
  package let attribute: String?
  /// What is amiss: `without upper_color (read as 'other')`.
  package let defect: String
  /// The identities, ascending.
  package let identities: [Int]

  /// Finds the defects of a table.
  ///
  /// - Parameter repeated: the identities that the file lists more than once.
  static func all(
    of labels: [AttributeTable.Split: [Int: AttributeTable.Labels]], scheme: AttributeScheme,
    repeated: [AttributeTable.Split: Set<Int>] = [:]
  ) -> [Self] {
    var found: [Self] = []
    for split in AttributeTable.Split.allCases {
      let rows = labels[split] ?? [:]
      if let twice = repeated[split], !twice.isEmpty {
        found.append(
          Self(split: split, attribute: nil, defect: "listed twice (the first is read)", identities: twice.sorted()))
      }
      for (place, attribute) in scheme.attributes.enumerated() {
        func report(_ defect: String, _ isMeant: ([Int]) -> Bool) {
          let those = rows.filter { isMeant($0.value[place]) }.keys.sorted()
          guard !those.isEmpty else { return }
          found.append(Self(split: split, attribute: attribute.name, defect: defect, identities: those))
        }
        if attribute.otherClass != nil {
          report("without \(attribute.name) (read as 'other')", \.isEmpty)
          report("with two labels for \(attribute.name) (the first in the list is read)") { $0.count == 2 }
          report("with more than two labels for \(attribute.name) (the first is read)") { $0.count > 2 }
        } else {
          report("without \(attribute.name) (left out of training and scores)", \.isEmpty)
        }
      }
    }
    let both = Set((labels[.train] ?? [:]).keys).intersection((labels[.test] ?? [:]).keys).sorted()
    if !both.isEmpty {
      found.append(Self(split: .train, attribute: nil, defect: "in both splits", identities: both))
    }
    return found
  }
}
