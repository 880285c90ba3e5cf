import ArgumentParser
import Datasets
import Foundation
import Support
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
      """)

  @Argument(help: "A dataset of datasets.yaml, or a folder.")
  var name: String
  @Option(help: "The JPEG file to write (default: reports/_out/data/NAME.jpg).")
  var out: String?
  @Option(help: "How many identities.")
  var rows = 9
  @Option(help: "How many images of each.")
  var columns = 10
  @Option(help: "How many identities to pass over, to see others.")
  var skip = 0

  @OptionGroup var data: DataOptions
  @OptionGroup var project: ProjectOptions

  func validate() throws {
    guard (1...100).contains(rows), (1...100).contains(columns), (0...1_000_000).contains(skip) else {
      throw ValidationError("--rows and --columns go from 1 to 100, --skip from 0 to 1,000,000")
    }
  }

  func run() throws {
    if let out, !["jpg", "jpeg"].contains(URL(fileURLWithPath: out).pathExtension.lowercased()) {
      throw PlainError("\(out): the sheet is a JPEG file; end its name in .jpg")
    }
    let (images, title) = try DataFolder.images(of: name, project: project, places: data.places(in: project))
    let target =
      out.map { URL(fileURLWithPath: $0) }
      ?? project.reports.appendingPathComponent("_out/data/\(title).jpg")
    let sheet = try ContactSheet.make(images, rows: rows, columns: columns, skip: skip) {
      Console.complain("note: \($0)")
    }
    let bytes = try JPEG.encode(sheet, quality: 92)
    try AtomicFile.write(Data(bytes), to: target)
    print("\(target.path): \(sheet.width)x\(sheet.height)")
  }
}
