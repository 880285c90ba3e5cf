import Support

/// How well attributes are predicted, by the annotators' rules, and the figures that such an accuracy has to be read
/// beside (Lin et al., "Improving Person Re-identification by Attribute and Identity Learning").
///
/// All are shares in 0 ... 1 over the images that count. An image whose identity has no labelled colour counts as wrong
/// for that colour, whatever is predicted; an image without a label of another attribute does not count for it.
package struct AttributeAccuracy: Sendable, Equatable {
  package struct Figures: Sendable, Equatable {
    package let name: String
    /// Images that count for it.
    package let images: Int
    /// The share that is predicted right.
    package let accuracy: Double
    /// The accuracy of who always says the most frequent class.
    package let majority: Double
    /// The accuracy that unlabelled colours leave to a perfect prediction.
    package let ceiling: Double
    /// The mean over the classes of the share of a class's images that is predicted right. A class without images, and
    /// the class of unlabelled colours, which nothing can predict right, are left out of the mean.
    package let balanced: Double
  }

  /// What is asked of each image.
  package struct Question: Sendable, Equatable {
    package let name: String
    package let classes: Int
    /// The class of images without a labelled colour; nil where the attribute is no colour.
    package let unlabelledColour: Int?

    package init(name: String, classes: Int, unlabelledColour: Int? = nil) {
      self.name = name
      self.classes = classes
      self.unlabelledColour = unlabelledColour
    }
  }

  /// The figures of each attribute, in the order of the questions; an attribute for which no image counts is left out.
  package let attributes: [Figures]
  package let mean: Double

  /// Compares predictions with labels.
  ///
  /// - Parameters:
  ///   - questions: the attributes.
  ///   - predicted: for each attribute the predicted class of each image.
  ///   - actual: for each attribute the labelled class of each image, −1 where there is none.
  /// - Throws: ``PlainError`` where counts do not agree, a class does not exist, or no image counts at all.
  package init(_ questions: [Question], predicted: [[Int]], actual: [[Int]]) throws(PlainError) {
    guard predicted.count == questions.count, actual.count == questions.count else {
      throw PlainError(
        "\(questions.count) attributes, but predictions of \(predicted.count) and labels of \(actual.count)")
    }
    var figures: [Figures] = []
    for (place, question) in questions.enumerated() {
      if let one = try Figures(question, predicted: predicted[place], actual: actual[place]) { figures.append(one) }
    }
    guard !figures.isEmpty else { throw PlainError("no image has a labelled attribute") }
    attributes = figures
    mean = figures.reduce(0) { $0 + $1.accuracy } / Double(figures.count)
  }

  /// One of the figures by attribute.
  package func byName(_ figure: KeyPath<Figures, Double>) -> [String: Double] {
    Dictionary(attributes.map { ($0.name, $0[keyPath: figure]) }, uniquingKeysWith: { first, _ in first })
  }
}

extension AttributeAccuracy.Figures {
  /// Counts; nil where no image counts.
  init?(
    _ question: AttributeAccuracy.Question, predicted: [Int], actual: [Int]
  ) throws(PlainError) {
    guard predicted.count == actual.count else {
      throw PlainError(
        "\(question.name): predictions of \(predicted.count) images, but labels of \(actual.count)")
    }
    for (what, classes, least) in [("prediction", predicted, 0), ("label", actual, -1)] {
      if let image = classes.firstIndex(where: { !(least..<question.classes).contains($0) }) {
        throw PlainError(
          "\(question.name): the \(what) of image \(image) is class \(classes[image]) of \(question.classes)")
      }
    }
    var seen = [Int](repeating: 0, count: question.classes)
    var right = seen
    for (prediction, label) in zip(predicted, actual) where label >= 0 {
      seen[label] += 1
      if prediction == label { right[label] += 1 }
    }
    let images = seen.reduce(0, +)
    guard images > 0 else { return nil }
    if let none = question.unlabelledColour, seen.indices.contains(none) {
      seen[none] = 0
      right[none] = 0
    }
    let shares = zip(right, seen).filter { $0.1 > 0 }.map { Double($0.0) / Double($0.1) }
    let total = Double(images)
    self.init(
      name: question.name, images: images, accuracy: Double(right.reduce(0, +)) / total,
      majority: Double(seen.max() ?? 0) / total, ceiling: Double(seen.reduce(0, +)) / total,
      balanced: shares.isEmpty ? 0 : shares.reduce(0, +) / Double(shares.count))
  }
}
