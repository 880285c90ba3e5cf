import Datasets
import Foundation
import Support
import Twins

/// Where a dataset that is named on the command line lies.
enum DataFolder {
  /// The images of a dataset of `datasets.yaml`, or of a folder in a benchmark's layout, for a contact sheet.
  ///
  /// - Returns: the images with their identities' names, and a name for the sheet.
  /// - Throws: what is wrong with the registry, or `PlainError` where there is neither.
  static func images(
    of name: String, project: ProjectOptions, places: DatasetPlaces
  ) throws -> (images: [ContactSheet.Item], name: String) {
    let registry = try project.registry
    if registry.entries[name] != nil {
      let dataset = try Dataset.open(named: name, registry: registry, places: places)
      return (ContactSheet.items(of: dataset), name)
    }
    let folder = URL(fileURLWithPath: name)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue else {
      let what = "there is no dataset and no folder \(Wording.quoted(name))"
      throw PlainError(Wording.unknown(what, name, among: registry.entries.keys.sorted()))
    }
    return (try ContactSheet.items(in: folder), folder.lastPathComponent)
  }
}
