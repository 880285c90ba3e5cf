import ArgumentParser
import Experiments
import Foundation
import Trained

/// `aanet score attributes`: attribute accuracy of predictions in a file.
struct ScoreAttributesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attributes",
    abstract: "Attribute accuracy of predictions from a file, by the annotators' rules.",
    discussion: """
      Over the gallery images of real identities. An image whose identity has no labelled colour counts as wrong for \
      that colour. Beside the accuracy: that of always saying the most frequent class (majority), what unlabelled \
      colours leave possible (ceiling), and the mean over the classes that have images (balanced). In percent.

      The predictions' columns are gender, hair, age, sleeve, lower_length, lower_type, hat, backpack, bag, handbag, \
      upper_color, lower_color, as Market-1501's annotators published them, unless --columns names them.

      Example:
        aanet score attributes --predictions gallery_market.mat --identities testID.mat --labels market_attribute.mat
      """)

  @Option(help: "A MATLAB 5 file: a row for each gallery image of a real identity, a column for each attribute.")
  var predictions: String
  @Option(help: "A MATLAB 5 file: the identity of every gallery image in file-name order (-1 junk, 0 distractor).")
  var identities: String
  @Option(help: "The annotators' file: market_attribute.mat or duke_attribute.mat.")
  var labels: String
  @Option(help: "The attributes of the columns, separated by commas.")
  var columns: String?
  @Option(help: "How to print: table or json.") var format = OutputFormat.table

  func run() throws {
    let score = try AttributeScore(
      predictions: URL(fileURLWithPath: predictions), identities: URL(fileURLWithPath: identities),
      labels: URL(fileURLWithPath: labels), columns: columns?.split(separator: ",").map(String.init))
    switch format {
    case .json: try Console.printJSON(score)
    case .table:
      var table = TextTable(
        ["attribute", "accuracy", "majority", "ceiling", "balanced"], right: [1, 2, 3, 4])
      for name in score.order {
        table.add(
          [name]
            + [score.accuracy, score.majority, score.ceiling, score.balanced].map { $0[name]?.fixed(2) ?? "" })
      }
      print("\(score.images) images of real identities, percent")
      print(table.text)
      print("mean accuracy \(score.mean.fixed(2))")
    }
  }
}
