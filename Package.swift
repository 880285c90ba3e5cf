// swift-tools-version: 6.2
import PackageDescription

// The rooms of the house. An import from a lower room to a higher one is a mistake;
// each room names everything it may know, so the compiler catches it.

// The engine's loops are written with SIMD16<Float>. Without the machine's own vector width each fused
// multiply-add becomes a library call, so the rooms that hold loops are compiled for this machine.
let native: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-march=native"], .when(configuration: .release))]

func room(_ name: String, knows: [Target.Dependency] = [], settings: [SwiftSetting] = []) -> Target {
  .target(name: name, dependencies: knows, swiftSettings: settings)
}

func tests(of name: String, and others: [Target.Dependency] = [], fixtures: Bool = false) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + others,
    exclude: fixtures ? ["Fixtures"] : [])
}

func library(_ name: String, pkgConfig: String, debian: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([debian])])
}

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "aanet",
  products: [.executable(name: "aanet", targets: ["aanet"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    // System libraries: a header and a name for the linker, no rule of ours.
    library("COpenBLAS", pkgConfig: "openblas", debian: "libopenblas-dev"),
    library("CYAML", pkgConfig: "yaml-0.1", debian: "libyaml-dev"),
    library("CMatIO", pkgConfig: "matio", debian: "libmatio-dev"),
    library("CPNG", pkgConfig: "libpng", debian: "libpng-dev"),
    library("CZLib", pkgConfig: "zlib", debian: "zlib1g-dev"),

    // Bridges: C interfaces of a few functions over what Swift cannot call (setjmp, C++ templates).
    .target(name: "JPEGBridge", linkerSettings: [.linkedLibrary("jpeg")]),
    .target(
      name: "GnuplotBridge",
      linkerSettings: [
        .linkedLibrary("boost_iostreams"), .linkedLibrary("boost_system"), .linkedLibrary("boost_filesystem"),
      ]),

    // The engine.
    .target(name: "Kernels"),
    room("Machine", knows: ["Kernels"]),
    room("Tensors", knows: ["COpenBLAS", "CZLib", "Kernels", "Machine"], settings: native),
    room("Layers", knows: ["Tensors"], settings: native),
    room("Models", knows: ["Tensors", "Layers"], settings: native),

    // Digests of bytes, for the subject and the harness.
    room("Digests"),

    // The subject.
    room("Configuration", knows: ["CYAML"]),
    room("Datasets", knows: ["Tensors", "Configuration", "Digests", "JPEGBridge", "CMatIO"], settings: native),
    room("Retrieval", knows: ["Tensors", "COpenBLAS"], settings: native),

    // The harness.
    room("Runs", knows: ["Digests"]),
    room(
      "Experiments",
      knows: ["Configuration", "Digests", "Runs", "Datasets", "Models", "Layers", "Tensors", "Retrieval"]),
    room("Reports", knows: ["Runs", "Configuration", "Digests", "GnuplotBridge"]),
    room(
      "Inspection",
      knows: [
        "Configuration", "Digests", "Runs", "Datasets", "Models", "Retrieval", "Tensors", "Experiments", "Reports",
        "CPNG",
      ]),
    .executableTarget(
      name: "aanet",
      dependencies: [
        "Machine", "Tensors", "Layers", "Models", "Configuration", "Datasets", "Retrieval", "Runs", "Experiments",
        "Reports", "Inspection", argumentParser,
      ]),

    // Tests.
    room("TestSupport", knows: ["Tensors", "Datasets"]),
    tests(of: "Machine", and: ["Tensors"]),
    tests(of: "Tensors", and: ["Machine"], fixtures: true),
    tests(of: "Layers", and: ["Tensors"]),
    tests(of: "Models", and: ["Tensors", "Layers"]),
    tests(of: "Configuration"),
    tests(of: "Datasets", and: ["Tensors", "Configuration", "Digests"], fixtures: true),
    tests(of: "Retrieval", and: ["Tensors"], fixtures: true),
    tests(of: "Digests"),
    tests(of: "Runs", and: ["Digests"]),
    tests(
      of: "Experiments", and: ["Configuration", "Runs", "Datasets", "Models", "Layers", "Retrieval", "Tensors"],
      fixtures: true),
    tests(
      of: "Inspection",
      and: ["Configuration", "Runs", "Datasets", "Models", "Layers", "Retrieval", "Tensors", "Experiments"]),
    tests(of: "Reports", and: ["Runs", "Configuration", "Digests"], fixtures: true),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "TestSupport", "Datasets", "Experiments", "Runs", "Machine", "Models", "Tensors", "Inspection", "aanet",
      ]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)

// What `make fuzz` builds, with the compiler's sanitizers, and nothing else does.
if Context.environment["AANET_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "Configuration", "Datasets", "Experiments", "Reports", "Retrieval", "Runs", "Tensors", "TestSupport", "CMatIO",
      ], path: "Tests/Fuzz", exclude: ["run.sh"]))
}

// What `make sanitize` leaves out: rooms that call no C and start no thread of their own.
if Context.environment["AANET_SANITIZE"] != nil {
  let rooms = ["Experiments", "Inspection", "aanet"]
  package.targets.removeAll { target in
    rooms.contains(target.name) || rooms.contains { target.name == "\($0)Tests" } || target.name == "CommandTests"
  }
  package.products = []
  package.dependencies = []
}
