import Configuration
import Models
import Support
import Tensors

extension Settings.Train {
  /// Batches of groups: an image and further ones of its identity, from other cameras where there are some.
  ///
  /// Source: the authors' code of Shen et al., "End-to-end deep Kronecker-product matching for person
  /// re-identification", CVPR 2018, but for the epoch, which here has as many images as there are.
  package struct ImageGroups: Configurable {
    /// Images of a group, which stand in a row; the first is the anchor.
    package var images: Int

    package static let keys: [Key<ImageGroups>] = [
      Key("images", \.images, .int(in: 2...2048), "Images of a group, which stand in a row.", isRequired: true)
    ]

    package init() { self.init(images: 4) }

    package init(images: Int) { self.images = images }

    func fault(batch: Int, at path: String) -> SettingFault? {
      guard batch % images != 0 || batch < 2 * images else { return nil }
      return SettingFault(
        at: "\(path).sampler", "\(path).batch", "train.sampler", "train.batch",
        reason: batch % images == 0
          ? "a batch of \(batch) is one group of \(images), so that it shows one identity alone; make batch "
            + "\(2 * images) or more"
          : "groups of \(images) do not fill a batch of \(batch); make batch a multiple of \(images)")
    }

    /// The images of one epoch's batches, drawn from a stream of the seed and the epoch alone.
    ///
    /// Anchors come in random order, as many as there are whole groups in all images; each takes the others of its group
    /// from its identity's images of other cameras, without repeating one where there are enough. An identity of one
    /// camera gives others of its images; one of a single image repeats it.
    ///
    /// - Parameters:
    ///   - classes: the class of each image.
    ///   - cameras: the camera of each image.
    package func epoch(classes: [Int], cameras: [Int], batch: Int, seed: Int, epoch: Int) -> [[Int]] {
      var stream = RandomStream(seed: UInt64(seed), name: "groups/\(epoch)")
      let byClass = Dictionary(grouping: classes.indices, by: { classes[$0] })
      let anchors = stream.permutation(classes.count)
      let groupsInBatch = batch / images
      return (0..<classes.count / batch).map { step in
        (0..<groupsInBatch).flatMap { place -> [Int] in
          let anchor = anchors[step * groupsInBatch + place]
          let others = (byClass[classes[anchor]] ?? []).filter { $0 != anchor }
          let elsewhere = others.filter { cameras[$0] != cameras[anchor] }
          let choice = !elsewhere.isEmpty ? elsewhere : !others.isEmpty ? others : [anchor]
          let wanted = images - 1
          let chosen =
            choice.count >= wanted
            ? stream.permutation(choice.count).prefix(wanted).map { choice[$0] }
            : (0..<wanted).map { _ in stream.pick(choice) }
          return [anchor] + chosen
        }
      }
    }
  }
}
