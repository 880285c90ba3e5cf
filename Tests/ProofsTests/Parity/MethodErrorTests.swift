import Foundation
import Proofs
import Tensors
import TestSupport
import Testing

/// Cases of methods whose description or numbers are not what they must be: a message each that names the place.
struct MethodErrorTests {
  private let engine = Engine(threads: 1)

  /// A word of a case's description, what stands there instead, and what is said of it.
  struct Lie: CustomTestStringConvertible, Sendable {
    let name, from, to, complaint: String
    var testDescription: String { "\(name): \(from) → \(to)" }

    init(_ name: String, _ from: String, _ to: String, _ complaint: String) {
      self.name = name
      self.from = from
      self.to = to
      self.complaint = complaint
    }
  }

  @Test(arguments: [
    Lie("svdnet", #""svdnet""#, #""mgn""#, "method: the method 'mgn' is none that is replayed here"),
    Lie("svdnet", #""svdnet""#, #""svdnets""#, "did you mean 'svdnet'?"),
    Lie("svdnet", #""method": "svdnet""#, #""method": ["svdnet"]"#, "method: expected a text, found a list of 1 value"),
    Lie("svdnet", #""d": 16"#, #""d": 16, "flip": 1"#, "settings.flip: unknown key"),
    Lie("svdnet", #""d": 16"#, #""e": 16"#, "settings.e: unknown key; known: d, dropout, order"),
    Lie("svdnet", #""d": 16,"#, "", "settings.d: is missing and has no default"),
    Lie("svdnet", #""d": 16"#, #""d": "many""#, "tasks.orthogonal.width: expected a whole number"),
    Lie("svdnet", #""d": 16"#, #""d": -16"#, "tasks.orthogonal.width: -16 is out of range"),
    Lie("svdnet", #""d": 16"#, #""d": 64"#, "a map of 32 channels has at most 32 orthogonal weight vectors"),
    Lie("svdnet", #""d": 16"#, #""d": 15"#, "has the shape [16, 32]; the model needs [15, 32]"),
    Lie("pcb-rpp", #""parts": 6"#, #""parts": 9"#, "9 "),
    Lie("pcb-rpp", #""refine_channels": 16"#, #""refine_channels": 12"#, "12"),
    Lie("gp-reid", #""margin": 0.1"#, #""margin": 4"#, "tasks.embedding.margin: must be above 0 and below 4"),
    Lie(
      "gp-reid", #""batch": 12"#, #""batch": 12, "attributes": [["hat", 2]]"#,
      "attributes[0]: expected 3 values, found 2"),
    Lie(
      "apr", #""weight": 8.0"#, #""weight": "heavy""#,
      "loss.weights.identity: expected a number, found the text 'heavy'"),
    Lie("apr", #""reweight": false"#, #""reweight": 1"#, "tasks.identity.reweight: expected true or false"),
    Lie("pl-net", #""cluster": "plane""#, #""cluster": "lines""#, "tasks.boxes.cluster: 'lines' is not known here"),
    Lie("pl-net", #""parts": 4"#, #""parts": 33"#, "tasks.boxes.parts: 33 is out of range"),
    Lie("fmn", #""low": 2"#, #""low": 5"#, "tasks.mask.low: 'layer5' is not known here; did you mean"),
    Lie("fmn", #""low": 2"#, #""low": [2]"#, "low: expected a single value, found a list of 1 value"),
    Lie("kpm", #""group": 4"#, #""group": 3"#, "do not hold two or more whole groups of 3"),
    Lie("kpm", #""attention": true"#, #""attention": "yes""#, "tasks.pairs.attention: expected true or false"),
    Lie("svdnet", #""matched""#, #""random""#, "tasks.orthogonal.order: 'random' is not known here"),
    Lie(
      "svdnet", #""restraint""#, #""constraint""#, "phases[1].name: the method has no phase 'constraint'; did you mean"),
    Lie("svdnet", #""restraint""#, #""base""#, "phases[1].name: a second phase of the name 'base'"),
    Lie(
      "svdnet", #""eigenlayer.""#, #""eigenlayers.""#,
      "phases[0].trains[1]: no parameter's name begins with 'eigenlayers.'"),
    Lie(
      "svdnet", #""batchnorm": "batch""#, #""batchnorm": "frozen""#, "phases[0].batchnorm: 'frozen' is not known here"),
    Lie("svdnet", #""lr_new": 0.02,"#, #""lr_new": -0.02,"#, "phases[2].lr_new: -0.02 is out of range"),
    Lie(
      "svdnet", #""momentum": 0.9"#, #""momentum": "NaN""#,
      "optimizer.momentum: expected a number, found the text 'NaN'"),
    Lie(
      "svdnet", #""momentum": 0.9"#, #""momentum": NaN"#, "optimizer.momentum: expected a number, found the text 'NaN'"),
    Lie(
      "svdnet", #""momentum": 0.9"#, #""nesterov": 1, "momentum": 0.9"#,
      "optimizer.nesterov: expected true or false"),
    Lie("spreid", #""scheme": "lip""#, #""scheme": "cihp""#, "files.scheme: 'cihp' is not known here"),
    Lie("spreid", #""scheme": "lip""#, #""scheme": "atr""#, "the tensor 'labels' holds no classes of atr, 0 to 17"),
    Lie("spreid", #""scale": 2"#, #""scale": 5"#, "tasks.regions.scale: 5 is out of range"),
    Lie(
      "spreid", "100,", "99,", "the tensor 'labels' has the shape [8, 100, 44]; the image files are 99×44"),
    Lie(
      "spreid", "96,", "80,",
      "the tensor 'input.2' has the shape [8, 3, 96, 48]; the second stage's images are [8, 3, 80, 48]"),
    Lie(
      "glad", #""V": 8"#, #""V": 9"#, "'before.heads.global.reduce.weight' has the shape [8, 32, 1, 1]; the model needs"
    ),
    Lie("glad", #""feature": "relu""#, #""feature": "fc6""#, "tasks.streams.feature: 'fc6' is not known here"),
    Lie("glad", "0.35", "0.35, 1", "loss_weights: expected 4 values, found 5"),
    Lie("pdc", #""rows": 40"#, #""rows": 32"#, "does not fit 32 rows"),
    Lie("pdc", #""shared_stages": 3"#, #""shared_stages": 4"#, "has no 'before.part_stream.layer4.0."),
    Lie(
      "pdc", #""lr_fused": 0.04"#, #""lr_fused": 0.04, "lr_odd": 1"#, "optimizer.odd_prefixes: is missing and has no"),
    Lie(
      "pdc", #""fusion.","#, #""part_classifier.","#,
      "the case trains 'part_classifier.weight' at 2.0 times its group's rate, and the model at 1.0 times"),
    Lie("pdc", #""lr_new": 0.02"#, #""lr_new": 0"#, "optimizer.lr_fused: is compared with lr_new, which is 0"),
    Lie("svdnet", #""momentum": 0.9"#, #""damping": 1, "momentum": 0.9"#, "optimizer.damping: unknown key"),
    Lie("dpfl", #""weight": 1.0"#, #""weight": 101"#, "tasks.scales.consensus.weight: 101 is out of range"),
    Lie("dpfl", #""cross-entropy""#, #""squares""#, "tasks.scales.consensus.form: 'squares' is not known here"),
    Lie("dpfl", #""scales": ["#, #""scales": [[], "#, "tasks.scales.divisors[0]: expected a whole number"),
  ])
  func lies(_ lie: Lie) throws {
    let file = try ParityFiles.altered(
      ParityFiles.method(lie.name),
      description: { text in
        guard let range = text.range(of: lie.from, options: lie.from.contains("lr_new") ? .backwards : []) else {
          Issue.record("the description has no \(lie.from)")
          return text
        }
        return text.replacingCharacters(in: range, with: lie.to)
      })
    let complaint = try #require(ParityFiles.complaint(about: file))
    #expect(complaint.contains(lie.complaint), "\(complaint)")
    #expect(
      complaint.contains("case.json:") || complaint.contains("case.safetensors: ") || complaint.contains("the tensor '")
        || complaint.contains("the case trains '") || complaint.contains("'before."))
  }

  @Test(
    "a tensor that is missing is named",
    arguments: [
      ("svdnet", "svd.before"), ("svdnet", "before.eigenlayer.weight"), ("svdnet", "phase.base.train.X"),
      ("svdnet", "phase.base.train.total_loss"), ("svdnet", "phase.restraint.grad.classifier.bias"),
      ("svdnet", "phase.restraint.grad.X"), ("svdnet", "phase.relaxation.after3.eigenlayer.weight"),
      ("svdnet", "phase.base.after3.backbone.bn1.running_mean"), ("svdnet", "phase.relaxation.losses3"),
      ("svdnet", "phase.base.eval.descriptor"), ("svdnet", "eval.descriptor"), ("dpfl", "before.consensus.bias"),
      ("spreid", "labels"), ("spreid", "input.2"), ("glad", "input.head"), ("glad", "grad.X.global"),
      ("glad", "train.X.global"), ("pdc", "input.parts"), ("pdc", "grad.fusion.bias"),
    ])
  func missing(name: String, tensor: String) throws {
    let complaint = try #require(
      ParityFiles.complaint(about: try ParityFiles.altered(ParityFiles.method(name)) { $0[tensor] = nil }))
    let count = "the tensors before.* have"
    #expect(
      complaint.contains("'\(tensor)'") || (tensor.hasPrefix("before.") && complaint.contains(count)), "\(complaint)")
  }

  @Test("tensors that nothing is compared with are listed")
  func leftOver() throws {
    let number = StoredTensor([1] as [Float], shape: [1])
    let one = try ParityFiles.altered(ParityFiles.method("svdnet")) { $0["phase.base.train.angle"] = number }
    #expect(
      ParityFiles.complaint(about: one) == "nothing was compared with 1 tensor of the case: phase.base.train.angle")
    let more = try ParityFiles.altered(ParityFiles.method("dpfl")) { tensors in
      for place in 10..<30 { tensors["train.logits.\(place)"] = number }
    }
    let complaint = try #require(ParityFiles.complaint(about: more))
    #expect(complaint.hasPrefix("nothing was compared with 20 tensors of the case: train.logits.10, train.logits.11"))
    #expect(complaint.hasSuffix("train.logits.21, …"))
    let before = try ParityFiles.altered(ParityFiles.method("dpfl")) { $0["before.third.weight"] = number }
    #expect(ParityFiles.complaint(about: before) == "the model as it is described has no 'before.third.weight'")
  }

  @Test("numbers that are not finite are named, or do not pass")
  func notFinite() throws {
    for number in [Float.nan, .infinity, -.infinity] {
      for tensor in ["input", "before.backbone.layer2.0.bn1.running_var"] {
        let file = try ParityFiles.altered(ParityFiles.method("svdnet")) { tensors in
          let stored = try #require(tensors[tensor])
          var numbers = stored.floats
          numbers[1] = number
          tensors[tensor] = StoredTensor(numbers, shape: stored.shape)
        }
        #expect(
          ParityFiles.complaint(about: file)?.hasSuffix("the tensor '\(tensor)' holds a number that is not finite")
            == true)
      }
      let file = try ParityFiles.altered(ParityFiles.method("svdnet")) { tensors in
        tensors["svd.correlation_after"] = StoredTensor([number], shape: [1])
      }
      #expect(try !ParityCase(contentsOf: file).replay(on: engine).passed)
    }
  }

  @Test("steps that lead out of all bounds end in a message")
  func diverging() throws {
    let file = try ParityFiles.altered(
      ParityFiles.method("svdnet"),
      description: { $0.replacing(#""lr_backbone": 0.005"#, with: #""lr_backbone": 1000"#) })
    let test = try ParityCase(contentsOf: file)
    do {
      #expect(try !test.replay(on: engine).passed)
    } catch { #expect("\(error)".contains("not finite")) }
  }

  @Test(
    "a tensor of another shape is an error or does not pass, and does not crash",
    arguments: ["svdnet", "dpfl", "spreid", "glad", "pdc"])
  func otherShapes(name: String) throws {
    let names = try SafeTensors(contentsOf: ParityFiles.method(name)).tensors.keys.sorted().filter {
      !$0.hasPrefix("op.") && $0 != "keypoints"
        && !["backbone.layer", "pyramid.1.layer", "streams.", "part_stream.", "transform.right"].contains(
          where: $0.contains)
    }
    for (number, key) in names.enumerated() where number % 4 == 0 {
      let shape = [[], [0], [2, 2], [1, 2, 1], [2, 1, 1, 3]][number / 4 % 5]
      let file = try ParityFiles.altered(ParityFiles.method(name)) { tensors in
        let stored = try #require(tensors[key])
        let count = shape.reduce(1, *)
        tensors[key] =
          stored.integers == nil
          ? StoredTensor([Float](repeating: 0.5, count: count), shape: shape)
          : StoredTensor([Int](repeating: 1, count: count), shape: shape)
      }
      let passed = (try? ParityCase(contentsOf: file).replay(on: engine).passed) ?? false
      #expect(!passed, "\(key) \(shape)")
    }
  }
}
