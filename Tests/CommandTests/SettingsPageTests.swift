import Experiments
import Foundation
import TestSupport
import Testing

/// The page of all settings is what the program prints.
@Suite struct SettingsPageTests {
  @Test func thePageIsWhatIsPrinted() throws {
    let folder = try TemporaryFolder()
    let outcome = try BuiltCommand.run(["show", "--keys"], in: folder.url)
    #expect(outcome.status == 0 && outcome.output == SettingReference.markdown)
    let page = ReportCommandTests.package.appendingPathComponent("Sources/aanet/aanet.docc/Settings.md")
    #expect(
      try String(contentsOf: page, encoding: .utf8).hasSuffix("\n\n" + outcome.output),
      "write what `aanet show --keys` prints under the page's overview")
    let json = try BuiltCommand.run(["show", "--keys", "--format", "json"], in: folder.url)
    let rows = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: String]]
    #expect(rows?.count == SettingReference.all.count && rows?.first?["path"] == "dataset")
    let arch = rows?.first { $0["path"] == "backbone.arch" }
    #expect(arch?["default"] == "resnet" && rows?.first?["default"] == nil)
  }

  @Test func oneOrTheOtherIsAskedFor() throws {
    let folder = try TemporaryFolder()
    for arguments in [["show"], ["show", "quickstart/table3", "--keys"]] {
      #expect(try BuiltCommand.run(arguments, in: folder.url).status == 2)
    }
  }
}
