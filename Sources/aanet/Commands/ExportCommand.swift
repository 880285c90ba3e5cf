import ArgumentParser
import Evidence
import Exchange
import Experiments
import Foundation
import Runs
import Support
import Trained

/// `aanet export RUN --to model.onnx` and `--to folder/`: a trained model for other programs.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a trained model for other programs: an ONNX file, or a folder for PyTorch and model hubs.",
    discussion: """
      A file that ends in .onnx holds the whole network in evaluation, for any number of images: RGB bytes of any size go \
      in and are resized and normalised there as in training (--input normalised leaves that to you), and out come \
      descriptor, each attribute's probabilities, attention map and parts. Names of classes, the descriptor's layout and \
      what the data are stand in the model's metadata.

      A folder gets model.safetensors under PyTorch's names, graph.json, config.json, the training's plan.yaml, a card \
      (README.md) made from the record, and model.py, thirty lines that make the same of a picture with plain PyTorch.

      --examples writes inputs and outputs of some images beside the ONNX file (test_data_set_0/input_0.pb and on, the form \
      of ONNX's own collections), so that another program's answers can be held against this one's.

      Examples:
        aanet export 'table3/Lg+Lp+La+Laa uncertainty/1' --to aanet.onnx
        aanet export 0123abcd --to aanet.onnx --input normalised --force
        aanet export 0123abcd --to exported/aanet.onnx --examples photographs
        aanet export 0123abcd --to exported/aanet/
      """)

  @Argument(
    help: ArgumentHelp(
      "The run's folder, experiment/variant/seed as far as it is unique, or its hash's first digits.",
      valueName: "run"))
  var source: String
  @Option(help: "The file to write, MODEL.onnx, or the folder, FOLDER/.", completion: .file()) var to: String
  @Option(help: "What the ONNX model is given: bytes, or normalised numbers at the network's size.")
  var input: NetworkInput?
  @Option(
    help: ArgumentHelp("Also write what the network says of these JPEG images: one, or a folder.", valueName: "images"),
    completion: .file())
  var examples: String?
  @Flag(help: "Replace what is there.") var force = false
  @Option(help: "How to print: table or json.") var format = OutputFormat.table
  @OptionGroup var options: TrainedRunOptions

  private var isFile: Bool { to.lowercased().hasSuffix(".onnx") }

  func validate() throws {
    if isFile { return }
    guard !to.isEmpty else { throw ValidationError("--to names a file that ends in .onnx, or a folder") }
    if input != nil || examples != nil {
      throw ValidationError("--input and --examples are of an ONNX file; name one that ends in .onnx with --to")
    }
    let ending = (to as NSString).pathExtension
    guard ending.isEmpty || to.hasSuffix("/") else {
      throw ValidationError(
        "--to \(Wording.quoted(to)): a file ends in .onnx, and a folder of that name in a slash "
          + "(\(Wording.quoted(to + "/")))")
    }
  }

  /// What was written.
  private struct Written: Encodable {
    struct File: Encodable {
      let path: String
      let bytes: Int
    }

    let run: String
    let files: [File]
    let inputs: [NetworkModel.Port]
    let outputs: [NetworkModel.Port]
    let examples: [String]
    let remarks: [String]
  }

  func run() throws {
    let place = URL(fileURLWithPath: to, isDirectory: !isFile)
    try checkPlace(place)
    let trained = try options.open(source)
    let written = isFile ? try write(trained, asModel: place) : try write(trained, asFolder: place)
    for remark in written.remarks { Console.complain("note: \(remark)") }
    if format == .json { return try Console.printJSON(written) }
    for file in written.files {
      print("\(Wording.printable(file.path, limit: 4096)): \(Wording.grouped(file.bytes)) bytes")
    }
    guard isFile else { return }
    var table = TextTable(["", "name", "type", "shape"])
    for (kind, ports) in [("input", written.inputs), ("output", written.outputs)] {
      for port in ports { table.add([kind, port.name, port.type, port.shape.joined(separator: " × ")]) }
    }
    print(table.text)
    if let first = written.examples.first {
      print(
        "\(Wording.count(written.examples.count, "set")) of examples, from \(Wording.printable(first, limit: 4096))")
    }
  }

  /// Sees to it, before anything is computed, that nothing is overwritten that somebody may want.
  private func checkPlace(_ place: URL) throws {
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder)
    if isThere, isFile == isFolder.boolValue {
      throw PlainError("\(Wording.quoted(to)) is a \(isFile ? "folder; name a file in it" : "file; name a folder")")
    }
    guard !force else { return }
    if isFile ? isThere : TorchFolder.isThere(place) {
      throw PlainError("\(Wording.quoted(to)) is there already; --force replaces it, or name another place")
    }
    let folder = place.deletingLastPathComponent()
    if examples != nil, ExampleSets.areThere(in: folder) {
      throw PlainError(
        "\(Wording.printable(folder.path, limit: 4096)) holds examples already; --force replaces them, or name a place in "
          + "another folder")
    }
  }

  private func write(_ trained: TrainedRun, asModel file: URL) throws -> Written {
    let model = try NetworkModel(of: trained, input: input ?? .bytes)
    let images = try examples.map(images)
    Interruption.listen()
    let bar = ProgressBar("model", unit: "bytes")
    let bytes = try model.write(to: file) { bar.update($0, of: $1) }
    bar.finish()
    var sets: [URL] = []
    if let images {
      let bar = ProgressBar("examples", unit: "images")
      defer { bar.finish() }
      sets = try ExampleSets(of: model).write(images, to: file.deletingLastPathComponent()) { done in
        bar.update(done, of: images.count)
        if Interruption.isAsked { throw ExitCode(130) }
      }
    }
    return Written(
      run: trained.name, files: [.init(path: file.path, bytes: bytes)], inputs: model.inputs, outputs: model.outputs,
      examples: sets.map(\.path), remarks: model.remarks)
  }

  private func images(_ path: String) throws -> [URL] {
    let place = URL(fileURLWithPath: path)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder) else {
      throw PlainError("there is no image and no folder \(Wording.quoted(path))")
    }
    return isFolder.boolValue ? try PhotographFolder(place).files : [place]
  }

  private func write(_ trained: TrainedRun, asFolder folder: URL) throws -> Written {
    let files = try TorchFolder(of: trained, in: options.project.store, verdicts: verdicts(on: trained))
      .write(to: folder)
    return Written(
      run: trained.name,
      files: try files.map { file in
        let size = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int
        return .init(path: file.path, bytes: size ?? 0)
      }, inputs: [], outputs: [], examples: [], remarks: [])
  }

  /// What the runs on disk say of the claims that this one bears on; nothing where the project holds no claims, or the
  /// run is of no experiment that can be reported any more.
  private func verdicts(on trained: TrainedRun) throws -> [String] {
    let project = options.project
    guard
      let run = project.store.identities().first(where: { identity in
        project.store.folder(for: identity).standardizedFileURL == trained.folder.standardizedFileURL
      }), let reports = try? ProjectReports(project), let claims = try? reports.claims(),
      let plan = try? project.library.plans(run.experiment, overrides: []).first,
      let definition = try? ProjectReports.definition(for: plan, project: project),
      let measured = try? reports.report(definition, on: plan, allSeeds: true).report
    else { return [] }
    let report = ClaimsReport(claims, reports: [measured])
    let id = PageManifest.id(of: run)
    return report.judgements.filter { $0.runs.contains(id) }.map { judgement in
      "\(judgement.statement) \(judgement.verdict.rawValue) (\(Wording.count(judgement.seeds, "seed")))"
    }
  }
}

extension NetworkInput: ExpressibleByArgument {}
