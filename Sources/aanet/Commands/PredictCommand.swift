import ArgumentParser
import Documents
import Experiments
import Foundation
import Support
import Trained

/// `aanet predict`: attributes of images.
struct PredictCommand: ParsableCommand {
  /// How predictions are printed.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    /// A line an image.
    case table
    /// Every probability.
    case json
    /// A line an image and attribute.
    case csv
  }

  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict the attributes of an image or of a folder of images, and show where the model looked.",
    discussion: """
      The run must have the attribute task. Images are JPEG files of any size, best cropped to one person. In a folder, \
      damaged images are named and passed over; the exit code is 1 then.

      \(BoxOptions.discussion)

      Examples:
        aanet predict 'table3/Lg+Lp+La+Laa uncertainty/1' person.jpg
        aanet predict 0123abcd photographs --format csv > attributes.csv
        aanet predict 0123abcd photographs --format csv --csv-bom > for-a-spreadsheet.csv
        aanet predict 0123abcd photographs --maps /tmp/maps
        aanet predict 0123abcd frames --boxes detections.json --least-score 0.5 --format json
      """)

  @Argument(
    help: ArgumentHelp(
      "The run's folder, experiment/variant/seed as far as it is unique, or its hash's first digits.",
      valueName: "run"))
  var source: String
  @Argument(help: "A JPEG image, or a folder of them.", completion: .file()) var images: String
  @OptionGroup var boxes: BoxOptions
  @Option(help: "How to print: table, json or csv.") var format = Format.table
  @Flag(help: CSV.markHelp) var csvBom = false
  @Option(
    help: ArgumentHelp("Also write each image's maps as a picture into this folder.", valueName: "dir"),
    completion: .directory)
  var maps: String?
  @OptionGroup var options: TrainedRunOptions

  func validate() throws {
    guard !csvBom || format == .csv else { throw ValidationError("--csv-bom goes with --format csv") }
  }

  func run() throws {
    let trained = try options.open(source)
    if let lack = trained.lackOfPredictions { throw PlainError(lack) }
    let path = URL(fileURLWithPath: images)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path.path, isDirectory: &isFolder) else {
      throw PlainError("there is no image and no folder \(Wording.quoted(images))")
    }
    let files: [URL]
    if isFolder.boolValue {
      let folder = try PhotographFolder(path)
      files = folder.files
      if folder.ignored > 0 {
        Console.complain("note: \(Wording.count(folder.ignored, "file")) with other endings than JPEG’s passed over")
      }
    } else {
      files = [path]
    }
    Interruption.listen()
    let photographs = try boxes.photographs(files)
    let (predictions, skipped) = try predict(photographs, by: trained, isOne: !isFolder.boolValue && boxes.boxes == nil)
    try print(predictions, by: trained)
    if skipped > 0 { throw ExitCode(1) }
  }

  private func predict(
    _ photographs: [Photograph], by trained: TrainedRun, isOne: Bool
  ) throws -> (predictions: [ImagePrediction], skipped: Int) {
    let watcher = LookingWatcher(photographs.count)
    var failure: (any Error)?
    let readings: [ImageReading]
    do {
      readings = try trained.look(
        at: photographs, withMaps: maps != nil, isInterrupted: { Interruption.isAsked },
        report: { event in
          if isOne, case .skipped(_, let error) = event { failure = error } else { watcher.see(event) }
        })
    } catch TrainingError.interrupted {
      throw ExitCode(130)
    }
    watcher.finish()
    if let failure { throw failure }
    let bar = ProgressBar("maps", unit: "images")
    let predictions = try readings.enumerated().map { number, reading in
      var prediction = ImagePrediction(reading, of: photographs[reading.index], scheme: trained.scheme)
      if let maps {
        let file = Self.mapsFile(of: photographs[reading.index], in: URL(fileURLWithPath: maps, isDirectory: true))
        try InspectionPanels.writeMaps(reading, of: photographs[reading.index], run: trained, to: file)
        prediction.maps = file.path
        bar.update(number + 1, of: readings.count)
        if Interruption.isAsked { throw ExitCode(130) }
      }
      return prediction
    }
    bar.finish()
    return (predictions, watcher.skipped)
  }

  /// `person.jpg.png`: two images of a folder may differ in their endings alone.
  private static func mapsFile(of photograph: Photograph, in folder: URL) -> URL {
    folder.appendingPathComponent(PanelName.safe(photograph.name) + ".png")
  }

  private func print(_ predictions: [ImagePrediction], by trained: TrainedRun) throws {
    switch format {
    case .json: try Console.printJSON(predictions)
    case .csv:
      let frames = boxes.boxes == nil ? [] : ["x", "y", "width", "height", "score"]
      var csv = CSV(heads: ["image"] + frames + ["attribute", "value", "probability"])
      for prediction in predictions {
        let box =
          (prediction.box ?? []).map { "\($0)" } + (frames.isEmpty ? [] : [prediction.score.map { "\($0)" } ?? ""])
        for attribute in prediction.attributes {
          csv.append([prediction.image] + box + [attribute.name, attribute.value, attribute.probability.fixed(6)])
        }
      }
      Swift.print(CSV.file(csv.text, hasMark: csvBom), terminator: "")
    case .table:
      var table = TextTable(["image"] + trained.scheme.attributes.map(\.name))
      for prediction in predictions {
        table.add(
          [prediction.name]
            + prediction.attributes.map { "\($0.value) \($0.probability.fixed(2))" })
      }
      Swift.print(table.text)
      if let maps { Console.complain("\nmaps are in \(Wording.printable(maps, limit: 4096))") }
    }
  }
}
