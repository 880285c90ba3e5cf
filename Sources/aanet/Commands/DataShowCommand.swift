import ArgumentParser
import Datasets
import Foundation
import Models
import Support
import Trained
import Twins

/// `aanet data show`: a contact sheet.
struct DataShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Write a contact sheet of a dataset: a row per identity, its images over the cameras.",
    discussion: """
      Examples:
        aanet data show synthetic-market
        aanet data show synthetic-duke --rows 12 --skip 3 --out sheet.jpg
        aanet data show /data/Market-1501
        aanet data show synthetic-market --cues

      With --cues the joints and the labels that datasets.yaml names are drawn over the images, as they are read.
      """)

  @Argument(help: "A dataset of datasets.yaml, or a folder.")
  var name: String
  @Option(
    help: "The JPEG file to write, or with --cues the PNG file (default: reports/_out/data/NAME.jpg or NAME-cues.png).")
  var out: String?
  @Option(help: "How many identities.")
  var rows = 9
  @Option(help: "How many images of each.")
  var columns = 10
  @Option(help: "How many identities to pass over, to see others.")
  var skip = 0
  @Flag(help: "Draw joints and labels over the images.")
  var cues = false

  @OptionGroup var data: DataOptions
  @OptionGroup var project: ProjectOptions

  func validate() throws {
    guard (1...100).contains(rows), (1...100).contains(columns), (0...1_000_000).contains(skip) else {
      throw ValidationError("--rows and --columns go from 1 to 100, --skip from 0 to 1,000,000")
    }
  }

  func run() throws {
    let endings = cues ? ["png"] : ["jpg", "jpeg"]
    if let out, !endings.contains(URL(fileURLWithPath: out).pathExtension.lowercased()) {
      throw PlainError("\(out): the sheet is a \(cues ? "PNG" : "JPEG") file; end its name in .\(endings[0])")
    }
    let (images, title) = try DataFolder.images(of: name, project: project, places: data.places(in: project))
    let target =
      out.map { URL(fileURLWithPath: $0) }
      ?? project.reports.appendingPathComponent("_out/data/\(title)\(cues ? "-cues.png" : ".jpg")")
    func remark(_ text: String) { Console.complain("note: \(text)") }
    let sheet: Image
    if cues {
      sheet = try CueSheet.make(
        images, of: try openCues(), rows: rows, columns: columns, skip: skip, remark: remark)
      try AtomicFile.write(try PNG.encode(sheet), to: target)
    } else {
      sheet = try ContactSheet.make(images, rows: rows, columns: columns, skip: skip, remark: remark)
      try AtomicFile.write(Data(try JPEG.encode(sheet, quality: 92)), to: target)
    }
    print("\(target.path): \(sheet.width)x\(sheet.height)")
  }

  /// The cues that the dataset names, as far as they are there.
  private func openCues() throws -> DatasetCues {
    let registry = try project.registry
    guard registry.entries[name] != nil else {
      throw PlainError(
        "\(Wording.quoted(name)) is no dataset of \(DatasetRegistry.fileName), which is where cues are named")
    }
    let dataset = try Dataset.open(named: name, registry: registry, places: data.places(in: project))
    let named = Cue.allCases.filter { dataset.missing($0, for: "") == nil }
    guard !named.isEmpty else {
      throw PlainError(
        "the dataset '\(name)' names no cues: say under 'cues:' in \(DatasetRegistry.fileName) where they lie")
    }
    let absences = named.compactMap { cue in dataset.absence(of: cue) }
    guard absences.count < named.count else { throw PlainError(absences.joined(separator: "\n")) }
    for absence in absences { Console.complain("note: \(absence)") }
    return try DatasetCues(of: dataset, Set(named.filter { dataset.absence(of: $0) == nil }))
  }
}
