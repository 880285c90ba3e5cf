import Foundation
import Models
import Runs
import Support
import Tensors

/// Pretrained weights, opened, compared with a backbone and found to fit it: a file's, or those of a finished run.
struct PretrainedBackbone {
  /// The file.
  let file: URL
  /// The digest of its bytes, which is part of the run's hash. Of a run it is that of the backbone's numbers alone: its
  /// checkpoint also says how many seconds it took, and the same run made again is to give its followers the same names.
  let digest: String
  /// The run that they are of; nil for a file.
  let run: RunIdentity?
  /// What was loaded and what was left out, in a line.
  package let summary: String
  private let tensors: TensorFile
  private let fit: BackboneFit

  /// What keeps a file from being loaded.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Opens a file and sees to it that every tensor of the backbone is in it, in the backbone's shape, with finite
  /// numbers, and that it holds no layer that the backbone lacks.
  ///
  /// - Parameters:
  ///   - name: what to call the file in messages.
  ///   - other: the same file, opened for another backbone.
  /// - Throws: ``Failure`` that names the file and the tensor.
  init(
    _ file: URL, named name: String, for configuration: ResNetConfiguration, sharing other: PretrainedBackbone? = nil
  ) throws(Failure) {
    self.file = file
    do {
      tensors = try other?.tensors ?? TensorFile(contentsOf: file)
      digest = try other?.digest ?? SHA256.hexadecimal(Data(contentsOf: file, options: .mappedIfSafe))
    } catch let error as PlainError {
      throw Failure(description: error.description)
    } catch {
      throw Failure(description: "\(file.path): it cannot be read (\(error.localizedDescription))")
    }
    fit = BackboneFit(of: tensors, into: configuration)
    guard fit.misfits.isEmpty else {
      throw Failure(description: "\(name): \(fit.complaint(about: tensors, at: file.path))")
    }
    do { try fit.checkNumbers(in: tensors) } catch {
      throw Failure(description: "\(name): \(error.description)")
    }
    summary = Wording.printable("\(name): \(fit.summary)", limit: 400)
    run = nil
  }

  /// Opens the backbone of a finished run.
  ///
  /// - Throws: ``Failure`` where its checkpoint is damaged or of another form.
  init(of record: RunRecord, for configuration: ResNetConfiguration) throws(Failure) {
    file = record.folder.appendingPathComponent(RunStore.File.checkpoint.rawValue, isDirectory: false)
    let name = "run:\(record.identity.fullName)"
    if let lack = RunStore.lack(ofDropped: .checkpoint, in: record.folder) {
      throw Failure(description: "\(name): \(lack)")
    }
    do {
      try SafeTensors.check(file)
      tensors = try TensorFile(contentsOf: file)
      fit = BackboneFit(of: tensors, into: configuration)
      try fit.checkNumbers(in: tensors)
    } catch {
      throw Failure(
        description: "\(name): \(error.description); without its metrics.json and its checkpoints "
          + "`aanet run` makes the run anew")
    }
    guard fit.misfits.isEmpty else {
      throw Failure(description: "\(name): \(fit.complaint(about: tensors, at: file.path))")
    }
    let file = tensors
    let lines = zip(configuration.tensors, fit.loaded).map { tensor, stored in
      "\(tensor.name) \(tensor.shape) \(SHA256.hexadecimal(file.tensor(stored)?.bytes ?? []))\n"
    }
    digest = SHA256.hexadecimal(lines.joined().utf8)
    summary = Wording.printable(
      "the backbone starts from \(record.identity.inWords): \(lines.count) tensors", limit: 400)
    run = record.identity
  }

  /// Loads the weights into a model of the backbone that they were compared with, and into those stages of its tasks
  /// that start from them.
  ///
  /// - Throws: `PlainError`.
  func load(into model: AANet) throws(PlainError) {
    try fit.load(tensors, into: model.store)
    model.copyBackbone()
  }
}

extension BackboneFit {
  /// `all 265 tensors of the backbone are loaded; left out: fc.weight, fc.bias, 53 num_batches_tracked`.
  package var summary: String {
    let counters = leftOut.count { $0.hasSuffix("num_batches_tracked") }
    let surplus = leftOut.filter { name in
      !name.hasSuffix("num_batches_tracked") && !others.contains(where: name.hasPrefix)
    }
    var parts = surplus.prefix(4).map { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0 }
    if surplus.count > 4 { parts.append("\(surplus.count - 4) more") }
    if counters > 0 { parts.append("\(counters) num_batches_tracked") }
    parts += others.map { "'\($0)*', which would fit as well" }
    let place = prefix.isEmpty ? "" : " from '\(prefix)*'"
    return "all \(loaded.count) tensors of the backbone are loaded\(place)"
      + (parts.isEmpty ? "; nothing is left out" : "; left out: \(parts.joined(separator: ", "))")
  }

  /// What does not fit: the first tensor in full, how many others, and the network that the file is of.
  package func complaint(about file: TensorFile, at path: String) -> String {
    guard let first = misfits.first else { return summary }
    let name = Wording.quoted(first.name)
    var text: String
    switch first {
    case .missing:
      text = "the tensor \(name) is missing"
      // A name that the backbone does not take is more likely meant than one that it does.
      let names = file.entries.prefix(5000).map(\.name)
      if let nearest = Wording.nearest(to: first.name, in: Array(leftOut.prefix(5000)))
        ?? Wording.nearest(to: first.name, in: names)
      {
        text += "; the nearest name is \(Wording.quoted(nearest))"
      } else if loaded.isEmpty {
        text += "; the file has \(Wording.list(Array(names.prefix(3))))\(names.count > 3 ? ", …" : "")"
      }
    case .shape(_, let found, let needed):
      text = "the tensor \(name) has the shape \(Self.shown(found)); the backbone needs \(Self.shown(needed))"
    case .kind(_, let kind):
      text = "the tensor \(name) is of type \(kind.rawValue), which holds no real numbers"
    case .surplus:
      text = "the tensor \(name) has no place in the backbone"
    case .ambiguous(let prefixes):
      let extract = ["aanet", "weights", "extract", path, "--prefix", first.name, "--to", "backbone.safetensors"]
      let known = prefixes.map(Wording.quoted).joined(separator: ", ")
      return "the backbone fits under \(prefixes.count) prefixes: \(known). Write the one that you mean to a file of "
        + "its own, and name that: \(extract.map(\.quotedForShell).joined(separator: " "))"
    }
    if misfits.count > 1 {
      text +=
        "; \(Wording.count(misfits.count - 1, "other tensor")) \(misfits.count == 2 ? "does" : "do") not fit either"
    }
    if let held = network(in: file), held.structure != configuration.structure {
      text += ". The file holds \(held.structure); backbone has \(configuration.structure)"
    }
    return text
  }

  private static func shown(_ shape: [Int]) -> String {
    shape.count > 8 ? "\(shape.prefix(8).description.dropLast()), …]" : shape.description
  }
}
