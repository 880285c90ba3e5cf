import Foundation
import Layers
import Proofs
import Tensors
import TestSupport
import Testing

/// Files of joints and labels, against what another program gets from them.
struct CueCaseTests {
  private let engine = Engine(threads: 1)
  private let file = ParityFiles.method("cues")

  @Test("every number of the case is got from its files")
  func agrees() throws {
    let result = try GoldenCase.replay(contentsOf: file, on: engine)
    #expect(result.name == "cues")
    let stored = try SafeTensors(contentsOf: file).tensors
    #expect(Set(result.comparisons.map(\.name)) == Set(stored.keys))
    for comparison in result.comparisons {
      #expect(comparison.error <= comparison.group.tolerance / 20, "\(comparison.name): \(comparison.error)")
    }
    let passed = result.passed
    #expect(passed)
  }

  @Test(
    "one number that is off does not pass",
    arguments: [
      "annotations.2.keypoints", "results.0.flipped", "results.3.points", "annotations.1.known", "lip.maps",
      "atr.flipped",
    ])
  func oneNumber(tensor: String) throws {
    let altered = try ParityFiles.altered(file) { tensors in
      let stored = try #require(tensors[tensor])
      if var numbers = stored.integers {
        numbers[numbers.count / 2] += 1
        tensors[tensor] = StoredTensor(numbers, shape: stored.shape)
      } else {
        var numbers = stored.floats
        numbers[numbers.count / 2] += 0.05
        tensors[tensor] = StoredTensor(numbers, shape: stored.shape)
      }
    }
    let result = try GoldenCase.replay(contentsOf: altered, on: engine)
    let passed = result.passed
    #expect(!passed)
    #expect(result.comparisons.filter { !($0.error <= $0.group.tolerance) }.map(\.name) == [tensor])
  }

  @Test("descriptions and files that do not fit say what is wrong")
  func faults() throws {
    func complaint(
      tensors change: (inout [String: StoredTensor]) throws -> Void = { _ in }, _ words: String = "",
      _ others: String = ""
    ) throws -> String {
      let altered = try ParityFiles.altered(file, tensors: change) {
        words.isEmpty ? $0 : $0.replacing(words, with: others)
      }
      return ParityFiles.complaint(about: altered) ?? "none"
    }
    #expect(try complaint("\"cues\"", "\"coes\"").contains("did you mean 'cues'"))
    #expect(try complaint("\"grid\"", "\"gird\"").contains("grid: is missing"))
    #expect(
      try complaint("\"height\": 128,\n \"width\"", "\"height\": 0,\n \"width\"").contains(
        "0 is out of range; from 1 to 4096"))
    #expect(try complaint("keypoints\\\":", "keyponts\\\":").contains("its 'keypoints' are 0 numbers"))
    #expect(try complaint("\"iVBOR", "\"iVBOS").contains("it is no whole PNG image"))
    #expect(try complaint("\"iVBOR", "\"?VBOR").contains("expected base64"))
    #expect(try complaint("lip.png", "lips.png").contains("did you mean 'lip'"))
    #expect(try complaint(tensors: { $0["lip.maps"] = nil }).contains("the tensor 'lip.maps' is missing"))
    #expect(
      try complaint(tensors: { $0["left"] = $0["lip.maps"] }).contains(
        "nothing was compared with 1 tensor of the case: left"))
    #expect(
      try complaint(tensors: { $0["results.3.keypoints"] = $0["results.0.keypoints"] }).contains(
        "nobody was found where the case has 'results.3.keypoints'"))
  }
}
