import Datasets
import Foundation
import TestSupport
import Testing
import Twins

/// What a crop's middle looks like: mean colours of boxes from head to foot, where the person is.
private func figures(of image: Image) -> [Float] {
  stride(from: 10, to: 120, by: 11).flatMap { top -> [Float] in
    var sum: [Float] = [0, 0, 0]
    for y in top..<top + 11 {
      for x in 26..<38 {
        for channel in 0..<3 { sum[channel] += Float(image.pixels[(y * image.width + x) * 3 + channel]) }
      }
    }
    return sum.map { $0 / (11 * 12 * 255) }
  }
}

/// A person stays the same before every camera: with each camera's own light taken out, two images of one identity
/// from different cameras are nearer to each other than two of different identities.
@Test(arguments: SyntheticTwin.Kind.allCases)
func identitiesLookTheSameBeforeEveryCamera(kind: SyntheticTwin.Kind) throws {
  let root = try TemporaryFolder().url.appendingPathComponent("twin")
  let scale = TwinScale(
    name: "tall", trainIdentities: 24, testIdentities: 2, trainPassages: 100, trainImages: 400, queries: 4,
    galleryImages: 4, distractorIdentities: 0, distractorImages: 0, junkImages: 0)
  _ = try SyntheticTwin.make(kind: kind, scale: scale, seed: 2, at: root)
  let entry = DatasetEntry(
    name: "twin", root: root.path, layout: kind == .market ? .market1501 : .dukemtmc, attributes: nil)
  let images = try Dataset(entry, root: root).train
  var vectors = try images.map { figures(of: try JPEG.decode(Array(Data(contentsOf: $0.file))).image) }
  for camera in Set(images.map(\.camera)) {
    let those = images.indices.filter { images[$0].camera == camera }
    for place in vectors[0].indices {
      let values = those.map { vectors[$0][place] }
      let mean = values.reduce(0, +) / Float(values.count)
      let spread = (values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Float(values.count)).squareRoot()
      for index in those { vectors[index][place] = (vectors[index][place] - mean) / max(spread, 1e-3) }
    }
  }
  var same: [Float] = []
  var different: [Float] = []
  for a in images.indices {
    for b in 0..<a where images[a].camera != images[b].camera {
      let distance = zip(vectors[a], vectors[b]).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
      if images[a].identity == images[b].identity { same.append(distance) } else { different.append(distance) }
    }
  }
  let near = same.reduce(0, +) / Float(same.count)
  let far = different.reduce(0, +) / Float(different.count)
  #expect(same.count > 500 && near < 0.8 * far, "\(near) against \(far)")
}
