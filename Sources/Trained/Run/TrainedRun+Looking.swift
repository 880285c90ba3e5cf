import Datasets
import Experiments
import Foundation
import Layers
import Models
import Support
import Tensors

/// What a model made of one image.
package struct ImageReading {
  /// The image's place in the list.
  package let index: Int
  /// The descriptor.
  package let descriptor: [Float]
  /// For each attribute of the scheme the probability of each of its classes; empty where the attribute task is off.
  package let attributes: [[Double]]
  /// What the model saw where; nil where it was not asked for.
  package let maps: ImageMaps?
}

/// A batch of images as the network took it, and everything that it made of it.
package struct LookedPass {
  /// `[N, H, W, 3]`, normalised.
  package let images: Tensor
  /// What the tasks read of each image beside it, `[N]` + ``CueInput/shape``.
  package let inputs: [CueInput: Tensor]
  package let output: AANet.Output
}

extension TrainedRun {
  package func describe(
    _ photographs: [Photograph], isInterrupted: () -> Bool, report: (LookingEvent) -> Void
  ) throws -> [ImageReading] {
    try look(at: photographs, isInterrupted: isInterrupted, report: report)
  }

  /// As ``RankedRun/describe(_:isInterrupted:report:)``, with the maps where they are wanted.
  package func look(
    at photographs: [Photograph], withMaps: Bool = false, isInterrupted: () -> Bool = { false },
    report: (LookingEvent) -> Void = { _ in }
  ) throws -> [ImageReading] {
    var seen: [ImageReading] = []
    var said: Set<String> = []
    let frames = DecodedCache(limitBytes: 0)
    for start in stride(from: 0, to: photographs.count, by: settings.evaluate.batch) {
      let places = start..<min(start + settings.evaluate.batch, photographs.count)
      var read: [(index: Int, seen: Seen)] = []
      for index in places {
        do throws(PlainError) {
          let looked = try self.seen(photographs[index], frames) { text in
            if said.insert(text).inserted { report(.remark(text)) }
          }
          read.append((index, looked))
        } catch {
          report(.skipped(index, error))
        }
      }
      seen += look(at: read, withMaps: withMaps)
      report(.done(places.upperBound, of: photographs.count))
      if isInterrupted() { throw TrainingError.interrupted }
    }
    return seen
  }

  /// Judges one image with each of several others by their maps, which are made anew.
  ///
  /// - Parameters:
  ///   - probe: the image that is looked for.
  ///   - gallery: those that it is held against.
  /// - Returns: z₀ − z₁ of each, above 0 where the two rather differ; empty where no task of the run judges pairs.
  /// - Throws: ``PlainError`` where an image cannot be read.
  package func differences(
    of probe: Photograph, with gallery: [Photograph], isInterrupted: () -> Bool = { false },
    remark: (String) -> Void = { _ in }
  ) throws -> [Float] {
    guard let head = model.pairHead else { return [] }
    var rescoring = PairRescoring(
      head, queries: try pairMaps(of: [probe], remark), first: gallery.count, places: Array(gallery.indices),
      gallery: gallery.count, on: engine)
    for start in stride(from: 0, to: gallery.count, by: settings.evaluate.batch) {
      let places = start..<min(start + settings.evaluate.batch, gallery.count)
      rescoring.judge(places, maps: try pairMaps(of: Array(gallery[places]), remark))
      if isInterrupted() { throw TrainingError.interrupted }
    }
    return rescoring.differences
  }

  private func pairMaps(of photographs: [Photograph], _ remark: (String) -> Void) throws -> [Tensor] {
    let frames = DecodedCache(limitBytes: 0)
    let seen = try photographs.map { image throws(PlainError) in try self.seen(image, frames, remark: remark) }
    return pass(over: seen).output.pairMaps
  }

  /// Looks at images in one batch.
  ///
  /// - Throws: ``PlainError`` where one of them cannot be read.
  package func pass(over files: [URL], remark: (String) -> Void = { _ in }) throws(PlainError) -> LookedPass {
    let frames = DecodedCache(limitBytes: 0)
    return pass(over: try files.map { file throws(PlainError) in try seen(Photograph(file), frames, remark: remark) })
  }

  /// An image's pixels as they are before the loader brings them to the network's size.
  package func decoded(_ file: URL) throws(PlainError) -> Image {
    try ImageReader.decoded(file, for: inputSize)
  }

  private func pass(over seen: [Seen]) -> LookedPass {
    let images = engine.tensor(seen.flatMap(\.pixels), shape: [seen.count, inputSize.height, inputSize.width, 3])
    let inputs = Dictionary(
      uniqueKeysWithValues: inputs.map { input in
        (input, engine.tensor(seen.flatMap { $0.inputs[input] ?? [] }, shape: [seen.count] + input.shape))
      })
    let tape = Tape(on: engine, mode: .evaluation, precision: settings.evaluate.precision)
    return LookedPass(images: images, inputs: inputs, output: model(tape.input(images), inputs: inputs, on: tape))
  }

  private func look(at images: [(index: Int, seen: Seen)], withMaps: Bool) -> [ImageReading] {
    guard !images.isEmpty else { return [] }
    let output = pass(over: images.map(\.seen)).output
    let descriptors = output.descriptors
    let length = model.layout.length
    return images.enumerated().map { place, image in
      ImageReading(
        index: image.index, descriptor: Array(descriptors[place * length..<(place + 1) * length]),
        attributes: output.attributeLogits.map { logits in
          let classes = logits.shape[1]
          return Self.probabilities(logits.tensor.view([classes], offset: place * classes).array)
        },
        maps: withMaps ? model.maps(of: output, image: place, on: engine) : nil)
    }
  }

  /// An image as the model takes it: normalised, with what its tasks read besides.
  private struct Seen {
    let pixels: [Float]
    let inputs: [CueInput: [Float]]
  }

  /// What the model's tasks read of each image beside it.
  private var inputs: [CueInput] { model.configuration.inputs(height: inputSize.height, width: inputSize.width) }

  /// - Parameter frames: where the frame of the last box is kept for the next.
  private func seen(
    _ photograph: Photograph, _ frames: DecodedCache, remark: (String) -> Void
  ) throws(PlainError) -> Seen {
    let image = photograph.image
    let loader = try BatchLoader(
      images: [image], size: inputSize, batches: [[LoadItem(index: 0)]], cache: frames, inputs: inputs,
      cues: try inputs.isEmpty ? nil : cues.get())
    guard let batch = try loader.next() else { return Seen(pixels: [], inputs: [:]) }
    if !inputs.isEmpty, try !cues.get().holds(image) {
      remark(
        "\(image.file.path.quoted): lies outside the dataset, so that it has no joints and labels; stand-ins take their place"
      )
    }
    for warning in loader.warnings { remark(warning) }
    return batch.withPixels { Seen(pixels: Array($0), inputs: batch.inputs(on: engine).mapValues(\.array)) }
  }

  /// Class scores as probabilities that add up to 1 (softmax), in double precision.
  package static func probabilities(_ logits: [Float]) -> [Double] {
    let largest = Double(logits.max() ?? 0)
    let weights = logits.map { exp(Double($0) - largest) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }
}
