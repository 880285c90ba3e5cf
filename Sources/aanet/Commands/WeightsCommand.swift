import ArgumentParser
import Configuration
import Datasets
import Experiments
import Foundation
import Support
import Tensors
import Trained

/// `aanet weights`: files of weights, ours and PyTorch's.
struct WeightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights",
    abstract: "Look into files of weights, write a trained model for PyTorch, compute a backbone's features.",
    discussion: """
      backbone.weights in an experiment's YAML names a file of pretrained weights, relative to the project: safetensors, \
      or PyTorch's .pth and .pt of any age, under torchvision's or timm's names, whatever stands in front of them. Nothing \
      in a file is run.
      """,
    subcommands: [Inspect.self, Export.self, Extract.self, Features.self]
  )

  /// `aanet weights inspect FILE`.
  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the tensors of a file: name, type, shape, numbers.",
      discussion: """
        Examples:
          aanet weights inspect resnet50.pth
          aanet weights inspect resnet50.safetensors --statistics
          aanet weights inspect runs/quickstart/table3/Lg/seed-1-0123abcd/checkpoint.safetensors --format json
        """)

    @Argument(help: "A .safetensors, .pth or .pt file.", completion: .file()) var file: String
    @Flag(help: "Also the least, the mean and the greatest number of each tensor.") var statistics = false
    @Option(help: "How to print: table or json.") var format = OutputFormat.table

    private struct Listing: Encodable {
      let file: String
      let form: TensorFile.Form
      let numbers: Int
      let tensors: [TensorSummary]
      let metadata: [String: String]
    }

    func run() throws {
      let contents = try TensorFile(contentsOf: URL(fileURLWithPath: file))
      let tensors = contents.summaries(statistics: statistics)
      let numbers = tensors.reduce(0) { $0 + $1.numbers }
      if format == .json {
        return try Console.printJSON(
          Listing(file: file, form: contents.form, numbers: numbers, tensors: tensors, metadata: contents.metadata))
      }
      let columns = ["least", "mean", "greatest", "not finite"]
      var table = TextTable(
        ["tensor", "type", "shape", "numbers"] + (statistics ? columns : []), right: [3, 4, 5, 6, 7])
      for tensor in tensors {
        let cells = [tensor.name, tensor.type.rawValue, "\(tensor.shape)", "\(tensor.numbers)"]
        table.add(cells + (tensor.statistics.map(Self.cells) ?? []))
      }
      print(table.text)
      print(
        "\(Wording.count(tensors.count, "tensor")), \(Wording.count(numbers, "number")) (\(contents.form.rawValue))")
    }

    private static func cells(_ statistics: TensorSummary.Statistics) -> [String] {
      [statistics.minimum, statistics.mean, statistics.maximum].map { $0.map { String(format: "%.5g", $0) } ?? "" }
        + ["\(statistics.notFinite)"]
    }
  }

  /// `aanet weights export RUN --to FILE`.
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a run's model as a safetensors file that PyTorch loads.",
      discussion: """
        The names are backbone.* with torchvision's names behind it, and those of the heads. The file holds no \
        num_batches_tracked, which load_state_dict fills in. torchvision's and timm's ResNets have a classifier (fc) \
        that the file has not: load the backbone alone into them with strict=False.

        Examples:
          aanet weights export quickstart/table3/Lg/1 --to lg.safetensors
          aanet weights export 0123abcd --backbone-only --to resnet.safetensors
          python: model.load_state_dict(safetensors.torch.load_file("resnet.safetensors"), strict=False)
        """)

    @Argument(
      help: ArgumentHelp(
        "The run's folder, experiment/variant/seed as far as it is unique, or its hash's first digits.",
        valueName: "run"))
    var source: String
    @Option(help: "The file to write.", completion: .file()) var to: String
    @Flag(help: "Only the backbone, under torchvision's own names.") var backboneOnly = false
    @Option(help: "How to print: table or json.") var format = OutputFormat.table
    @OptionGroup var project: ProjectOptions

    func run() throws {
      let folder = try RunReference.folder(of: source, in: project.store)
      try WeightsCommand.show(
        try WeightsExport.write(folder, to: URL(fileURLWithPath: to), backboneOnly: backboneOnly), as: format)
    }
  }

  /// `aanet weights extract FILE --prefix P --to FILE`.
  struct Extract: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write one of the networks that a file holds to a file of its own.",
      discussion: """
        A checkpoint may hold several networks, as a student and its teacher. backbone.weights takes the one that fits; \
        where several do, this writes the one that is meant, under the names behind the prefix.

        Example:
          aanet weights extract dino.pth --prefix teacher.backbone. --to teacher.safetensors
        """)

    @Argument(help: "A .safetensors, .pth or .pt file.", completion: .file()) var file: String
    @Option(help: "What the names begin with; `aanet weights inspect` lists them.") var prefix: String
    @Option(help: "The file to write.", completion: .file()) var to: String
    @Option(help: "How to print: table or json.") var format = OutputFormat.table

    func run() throws {
      try WeightsCommand.show(
        try WeightsExport.extract(URL(fileURLWithPath: file), prefix: prefix, to: URL(fileURLWithPath: to)), as: format)
    }
  }

  private static func show(_ result: WeightsExport.Result, as format: OutputFormat) throws {
    switch format {
    case .json: try Console.printJSON(result)
    case .table:
      print("\(result.file): \(result.tensors) tensors, \(result.numbers) numbers; \(result.leftOut) tensors left out")
    }
  }

  /// `aanet weights features FILE --image X.jpg --to FILE`.
  struct Features: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compute a backbone's feature map of one image, for comparison with another implementation.",
      discussion: """
        Writes the tensors input [1, 3, height, width], normalised as in training, and features [1, channels, …], the \
        last stage's output. Tests/Peer/compare_torchvision.py checks it against torchvision.

        Example:
          aanet weights features resnet50.pth --image person.jpg --size 384x128 --last-stride 1 --to features.safetensors
        """)

    @Argument(help: "A .safetensors, .pth or .pt file of a ResNet.", completion: .file()) var file: String
    @Option(help: "A JPEG file.", completion: .file()) var image: String
    @Option(help: "HEIGHTxWIDTH that the image is brought to.") var size = "384x128"
    @Option(
      help: "\(BackboneFeatures.Architecture.allValueStrings.joined(separator: ", ")); by default what the names tell.")
    var arch: BackboneFeatures.Architecture?
    @Option(help: "Stride of the last stage: 1 or 2.") var lastStride = 1
    @Option(help: "The file to write.", completion: .file()) var to: String
    @Option(help: "Worker threads; by default one for each processor that it may use.") var threads: Int?
    @Option(help: "How to print: table or json.") var format = OutputFormat.table

    func run() throws {
      let extents = size.split(separator: "x").compactMap { Int($0) }
      guard extents.count == 2, extents.allSatisfy({ (8...2048).contains($0) }) else {
        throw ValidationError("--size is HEIGHTxWIDTH, as in 384x128, each from 8 to 2048")
      }
      guard (1...2).contains(lastStride) else { throw ValidationError("--last-stride is 1 or 2") }
      guard (threads ?? 1) > 0 else { throw ValidationError("--threads is at least 1") }
      let result = try BackboneFeatures.write(
        weights: URL(fileURLWithPath: file), architecture: arch, lastStride: lastStride,
        image: URL(fileURLWithPath: image), size: ImageSize(height: extents[0], width: extents[1]),
        threads: threads ?? Engine.availableThreads, to: URL(fileURLWithPath: to)
      ) { Console.complain("note: \($0)") }
      switch format {
      case .json: try Console.printJSON(result)
      case .table: print("\(result.file): features \(result.features) of an input \(result.input); \(result.weights)")
      }
    }
  }
}

extension BackboneFeatures.Architecture: ExpressibleByArgument {}
