import Layers
import Models
import Tensors
import TestSupport
import Testing

/// Identity from boxes around the channels' peaks. How the boxes are found is held in PartBoxesTests.
struct BoxesTests {
  private static func tasks(_ parts: Int = 3, _ clustering: PartClustering = .plane) -> TaskSet {
    var tasks = TaskSet(only: [.identity, .boxes])
    tasks.boxes?.parts = parts
    tasks.boxes?.clustering = clustering
    return tasks
  }

  @Test(arguments: [tasks(), tasks(2, .rows), tasks(8), tasks(7, .rows)])
  func holds(_ tasks: TaskSet) throws { try TrialNetwork.check(tasks) }

  @Test("the descriptor is the mean and each box's vector, and the heads are called after boxes")
  func layout() {
    let model = TrialNetwork(Self.tasks(2)).model
    #expect(model.layout.slots == [.identity, .box(0), .box(1)])
    #expect(model.layout.vectors.map(\.width) == [32, 6, 6])
    #expect(model.identityHeads.count == 2)
    #expect(
      Set(model.store.parameters.filter { $0.name.hasPrefix("box_heads.1.") }.map(\.name)) == [
        "box_heads.1.reduce.weight", "box_heads.1.bn.weight", "box_heads.1.bn.bias", "box_heads.1.classifier.weight",
        "box_heads.1.classifier.bias",
      ])
  }

  @Test("peaks and boxes are shown image by image, and as maps")
  func shown() throws {
    let trial = TrialNetwork(Self.tasks())
    let (output, traces) = trial.look()
    guard case .integers(let peaks)? = traces["peaks"], case .integers(let boxes)? = traces["part_boxes"] else {
      throw Disagreement(description: "nothing is shown")
    }
    let found = PartBoxes.find(in: output.features.tensor, parts: 3, clustering: .plane, on: trial.engine)
    #expect(peaks.count == 4 * 32 * 2 && boxes.count == 4 * 3 * 4)
    for image in 0..<4 {
      let maps = trial.model.maps(of: output, image: image, on: trial.engine)
      #expect(maps.parts == found.map { $0[image] })
      for part in 0..<3 {
        let shown = boxes[(image * 3 + part) * 4..<(image * 3 + part + 1) * 4]
        let box = found[part][image]
        #expect(
          Array(shown) == [box.rows.lowerBound, box.rows.upperBound, box.columns.lowerBound, box.columns.upperBound])
      }
      let own = stride(from: image * 64, to: (image + 1) * 64, by: 2).filter { peaks[$0] >= 0 }
      #expect(maps.peaks.reduce(0, +) == own.count)
      #expect(own.allSatisfy { maps.peaks[peaks[$0] * 4 + peaks[$0 + 1]] > 0 })
    }
  }

  @Test("the loss is the mean of the boxes'")
  func loss() throws {
    let loss = try #require(TrialNetwork(Self.tasks()).step().1.last)
    let mean = loss.terms.reduce(0) { $0 + $1.loss.value } / 3
    #expect(loss.task == .boxes && loss.terms.count == 3 && abs(loss.value - mean) < 1e-12)
  }

  @Test("a network without a response, or with a NaN, has equal strips and no crash")
  func noPeaks() throws {
    let trial = TrialNetwork(Self.tasks())
    for parameter in trial.model.store.parameters where parameter.name.hasPrefix("backbone.layer4") {
      parameter.load([Float](repeating: 0, count: parameter.value.count))
    }
    let strips = [0..<2, 2..<4, 4..<6].map { MapBox(rows: $0, columns: 0..<4) }
    func parts() -> [MapBox] { trial.model.maps(of: trial.look().output, image: 1, on: trial.engine).parts }
    #expect(parts() == strips)
    for parameter in trial.model.store.parameters where parameter.name == "backbone.conv1.weight" {
      parameter.load([Float](repeating: .nan, count: parameter.value.count))
    }
    for parameter in trial.model.store.parameters where parameter.name.hasPrefix("backbone.layer4") {
      parameter.load([Float](repeating: 1, count: parameter.value.count))
    }
    let (output, losses) = trial.step()
    #expect(output.features.tensor.array.allSatisfy(\.isNaN) && losses.allSatisfy { $0.value.isNaN })
    #expect(parts() == strips)
  }

  @Test("what does not fit is said")
  func errors() {
    #expect(TrialNetwork.complaint(Self.tasks(32)) == nil && TrialNetwork.complaint(Self.tasks(32, .rows)) == nil)
    #expect(
      TrialNetwork.complaint(Self.tasks(5), height: 32, width: 32)
        == "5 parts are more than the 4 places of a feature map of 2×2; take a larger input.size, or at most 4 parts")
    #expect(TrialNetwork.complaint(Self.tasks(1)) == "tasks.boxes.parts: 1 is out of range; from 2 to 32")
    #expect(TrialNetwork.complaint(Self.tasks(33)) == "tasks.boxes.parts: 33 is out of range; from 2 to 32")
  }
}
