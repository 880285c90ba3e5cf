import Datasets
import Documents
import Foundation
import Models
import Support
import SwiftProtobuf
import Tensors
import Trained

/// Inputs and outputs beside a model, in the form of ONNX's own collections: `test_data_set_0/input_0.pb` and on. Whoever
/// has them can see that another program computes what this one did.
package struct ExampleSets {
  private let network: NetworkGraph
  /// Images in a set at the most.
  private static let most = 32

  package init(of model: NetworkModel) { network = model.network }

  /// Writes sets of images of one size each, in order, in place of those that are there.
  ///
  /// - Parameters:
  ///   - files: JPEG images.
  ///   - folder: where the sets' folders go; the model's own.
  ///   - report: told how many images are done.
  /// - Returns: the sets' folders.
  /// - Throws: ``PlainError`` where an image cannot be read, `FileError` where a file cannot be written.
  package func write(_ files: [URL], to folder: URL, report: (Int) throws -> Void = { _ in }) throws -> [URL] {
    var sets: [(images: [Image], files: [URL])] = []
    for file in files {
      let image = network.input == .bytes ? try network.run.decoded(file) : nil
      if let last = sets.last, last.files.count < Self.most, last.images.last?.extent == image?.extent {
        sets[sets.count - 1].images += image.map { [$0] } ?? []
        sets[sets.count - 1].files.append(file)
      } else {
        sets.append((image.map { [$0] } ?? [], [file]))
      }
    }
    var done = 0
    let places = try sets.enumerated().map { number, set in
      let place = Self.place(number, in: folder)
      let seen = try network.run.pass(over: set.files)
      let inputs = zip(network.graph.inputs, [image(set.images, seen)] + network.cues.map { cue($0, seen) })
      let outputs = outputs(of: seen.output)
      _ = try FolderSwap(place, of: "set of examples", isKnown: Self.isKnown).fill { work in
        var names: [String] = []
        for (number, (input, tensor)) in inputs.enumerated() {
          names.append("input_\(number).pb")
          try write(tensor, named: input.name, to: work.appendingPathComponent(names[names.count - 1]))
        }
        for (number, output) in network.graph.outputs.enumerated() {
          guard let tensor = outputs[output.name] else { continue }
          names.append("output_\(number).pb")
          try write(tensor, named: output.name, to: work.appendingPathComponent(names[names.count - 1]))
        }
        return names
      }
      done += set.files.count
      try report(done)
      return place
    }
    try Self.removeSets(from: sets.count, in: folder)
    return places
  }

  /// Whether there are sets already beside a network.
  package static func areThere(in folder: URL) -> Bool {
    FileManager.default.fileExists(atPath: place(0, in: folder).path)
  }

  private static func place(_ number: Int, in folder: URL) -> URL {
    folder.appendingPathComponent("test_data_set_\(number)", isDirectory: true)
  }

  private static func isKnown(_ name: String) -> Bool { name.wholeMatch(of: /(in|out)put_[0-9]+\.pb/) != nil }

  /// Removes the sets of a model that had more of them, as far as they hold nothing else.
  private static func removeSets(from first: Int, in folder: URL) throws {
    for number in first... {
      let place = place(number, in: folder)
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: place.path), names.allSatisfy(isKnown)
      else {
        return
      }
      try FileManager.default.removeItem(at: place)
    }
  }

  private func write(_ tensor: Onnx_TensorProto, named name: String, to file: URL) throws {
    var tensor = tensor
    tensor.name = name
    try AtomicFile.write([try tensor.serializedBytes() as [UInt8]], to: file)
  }

  private func image(_ images: [Image], _ seen: LookedPass) -> Onnx_TensorProto {
    guard let first = images.first else { return Onnx_TensorProto(channelsFirst: seen.images) }
    return Onnx_TensorProto(images.flatMap(\.pixels), .uint8, shape: [images.count, first.height, first.width, 3])
  }

  private func cue(_ cue: CueInput, _ seen: LookedPass) -> Onnx_TensorProto {
    guard let tensor = seen.inputs[cue] else { preconditionFailure("a pass without \(cue)") }
    guard network.input == .bytes else { return Onnx_TensorProto(channelsFirst: tensor) }
    guard case .crop = cue else { return Onnx_TensorProto(tensor.array, .float, shape: tensor.shape) }
    // A crop is kept normalised; its bytes are found again exactly.
    let rule = OperatorGraph.normalization
    let levels = tensor.array.enumerated().map { place, value in
      UInt8(clamping: Int(((Double(value) * rule.deviation[place % 3] + rule.mean[place % 3]) * 255).rounded()))
    }
    return Onnx_TensorProto(levels, .uint8, shape: tensor.shape)
  }

  /// What the network found, by the name of the model's output.
  private func outputs(of output: AANet.Output) -> [String: Onnx_TensorProto] {
    let images = output.features.shape[0]
    var tensors: [String: Onnx_TensorProto] = [:]
    let length = output.layout.length
    if length > 0 {
      tensors[OutputNames.descriptor] = Onnx_TensorProto(output.descriptors, .float, shape: [images, length])
    }
    for (attribute, logits) in zip(network.outputNames.attributes, output.attributeLogits) {
      let classes = logits.shape[1]
      let rows = stride(from: 0, to: images * classes, by: classes).flatMap {
        TrainedRun.probabilities(Array(logits.tensor.array[$0..<$0 + classes])).map(Float.init)
      }
      tensors[attribute.output] = Onnx_TensorProto(rows, .float, shape: [images, classes])
    }
    for (_, task) in output.tasks {
      if let map = task.map { tensors["attention_map"] = Onnx_TensorProto(map.array, .float, shape: map.shape) }
      if !task.rows.isEmpty {
        let rows = (0..<images).flatMap { image in
          task.rows.flatMap { [Int64($0[image].lowerBound), Int64($0[image].upperBound)] }
        }
        tensors["part_rows"] = Onnx_TensorProto(rows, .int64, shape: [images, task.rows.count, 2])
      }
      if !task.boxes.isEmpty {
        let boxes = (0..<images).flatMap { image in
          task.boxes.flatMap { box in
            [
              box[image].rows.lowerBound, box[image].rows.upperBound, box[image].columns.lowerBound,
              box[image].columns.upperBound,
            ]
            .map(Int64.init)
          }
        }
        tensors["part_boxes"] = Onnx_TensorProto(boxes, .int64, shape: [images, task.boxes.count, 4])
      }
    }
    if network.graph.outputs.contains(where: { $0.name == "part_assignment" }),
      let assignment = output.tasks.compactMap(\.output.assignment).first
    {
      tensors["part_assignment"] = Onnx_TensorProto(channelsFirst: assignment.tensor)
    }
    for (n, map) in output.pairMaps.enumerated() {
      tensors["\(OutputNames.pairMap)_\(n + 1)"] = Onnx_TensorProto(channelsFirst: map)
    }
    return tensors
  }
}

extension Image {
  fileprivate var extent: FileExtent { FileExtent(width: width, height: height) }
}

extension Onnx_TensorProto {
  /// `[N, H, W, C]` as `[N, C, H, W]`.
  fileprivate init(channelsFirst tensor: Tensor) {
    let (count, channels) = (tensor.shape[0], tensor.shape[3])
    let places = tensor.shape[1] * tensor.shape[2]
    var values = [Float](repeating: 0, count: tensor.count)
    for n in 0..<count {
      for place in 0..<places {
        for c in 0..<channels {
          values[(n * channels + c) * places + place] = tensor.pointer[(n * places + place) * channels + c]
        }
      }
    }
    self.init(values, .float, shape: [count, channels, tensor.shape[1], tensor.shape[2]])
  }
}
