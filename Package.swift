// swift-tools-version: 6.2
import PackageDescription

// The rooms of the house. An import from a lower room to a higher one is a mistake;
// each room names everything it may know, so the compiler catches it.

// The engine's loops are written with SIMD16<Float>. Without the machine's own vector width each fused
// multiply-add becomes a library call, so the rooms that hold loops are compiled for this machine, or, as `make portable`
// asks, for a level of x86-64: v3 or v4.
#if arch(arm64)
  let processor = "-mcpu=native"
#else
  let processor = "-march=" + (Context.environment["AANET_LEVEL"].map { "x86-64-\($0)" } ?? "native")
#endif
let native: [SwiftSetting] = [.unsafeFlags(["-Xcc", processor], .when(configuration: .release))]

// `embeds` are files whose bytes the build puts into the program.
func room(
  _ name: String, knows: [Target.Dependency] = [], embeds: [String] = [], settings: [SwiftSetting] = []
) -> Target {
  .target(name: name, dependencies: knows, resources: embeds.map { .embedInCode($0) }, swiftSettings: settings)
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

let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")

let package = Package(
  name: "aanet",
  products: [.executable(name: "aanet", targets: ["aanet"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    // Without its plugin, which builds a compiler of its own: what it would generate is kept.
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    // For `swift package generate-documentation` alone; no target knows it.
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0"),
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

    // Below everything: words and numbers for people, files that are written whole or not at all, checksums.
    room("Support"),

    // The engine.
    .target(name: "Kernels"),
    room("Machine", knows: ["Kernels"]),
    room("Tensors", knows: ["COpenBLAS", "CZLib", "Kernels", "Machine", "Support"], settings: native),
    room("Layers", knows: ["Tensors"], settings: native),

    // Settings: a tree of values with places, and what reads and writes it.
    room("Configuration", knows: ["Support"]),
    room("YAML", knows: ["CYAML", "Configuration", "Support"]),

    // The subject.
    room("Models", knows: ["Support", "Configuration", "Tensors", "Layers"], settings: native),
    room(
      "Datasets",
      knows: ["Tensors", "Configuration", "YAML", "Support", "Models", "JPEGBridge", "CMatIO", "CPNG"],
      settings: native),
    room("Twins", knows: ["Datasets", "Tensors", "Support"], settings: native),
    room("Retrieval", knows: ["Tensors", "Support", "COpenBLAS"], settings: native),

    // What readers see: typeset text, tables, pages; charts by gnuplot.
    room("Documents", knows: ["Support"], embeds: ["Pages/page.css", "Pages/page.js"]),
    room("Charts", knows: ["Support", "Documents", "GnuplotBridge"]),

    // The harness.
    room("Runs", knows: ["Support"]),
    room("Cluster", knows: ["Support", "Runs"]),
    // How runs are looked at while they go on and after: in a terminal, by MLflow, by TensorBoard.
    room("Viewers", knows: ["Support", "Configuration", "YAML", "Documents", "Runs", "Cluster", protobuf]),
    room(
      "Experiments",
      knows: [
        "Support", "Machine", "Configuration", "YAML", "Runs", "Datasets", "Models", "Layers", "Tensors", "Retrieval",
      ]),
    room(
      "Trained",
      knows: [
        "Support", "Configuration", "Runs", "Datasets", "Models", "Layers", "Retrieval", "Tensors", "Experiments",
        "Documents", "Charts", "CPNG",
      ], embeds: ["explorer.css", "rankings.js", "images.js", "explorer.js"].map { "Explorer/\($0)" }),
    // A trained model for other programs.
    room(
      "Exchange",
      knows: [
        "Support", "Configuration", "Runs", "Datasets", "Models", "Tensors", "Experiments", "Documents", "Trained",
        protobuf,
      ]
    ),
    room(
      "Proofs",
      knows: [
        "Support", "Configuration", "YAML", "Runs", "Datasets", "Models", "Layers", "Retrieval", "Tensors",
        "Experiments",
      ], embeds: ["Parity/methods.yaml", "Peer/peer.py"]),

    // What was measured beside what was printed: rows, differences, claims; and the notebooks that show them. Of the engine
    // it knows the random streams.
    room(
      "Evidence", knows: ["Support", "Configuration", "YAML", "Tensors", "Models", "Runs", "Documents", "Charts"],
      embeds: ["Manifest/verify.js"]),
    room("Notebook", knows: ["Support", "Configuration", "YAML", "Runs", "Documents", "Charts", "Evidence"]),
    .executableTarget(
      name: "aanet",
      dependencies: [
        "Support", "Machine", "Tensors", "Layers", "Configuration", "YAML", "Models", "Datasets", "Twins", "Retrieval",
        "Runs", "Cluster", "Viewers", "Experiments", "Trained", "Exchange", "Proofs", "Documents", "Charts", "Evidence",
        "Notebook",
        argumentParser,
      ]),

    // Tests.
    room("TestSupport", knows: ["Machine", "Tensors", "Datasets", "Runs"]),
    tests(of: "Support"),
    tests(of: "Machine", and: ["Tensors"]),
    tests(of: "Tensors", and: ["Machine", "Support"], fixtures: true),
    tests(of: "Layers", and: ["Tensors"]),
    tests(of: "Configuration", and: ["Support", "YAML"]),
    tests(of: "YAML", and: ["Support", "Configuration"]),
    tests(of: "Models", and: ["Tensors", "Layers"]),
    tests(of: "Datasets", and: ["Tensors", "Configuration", "YAML", "Support", "Models"], fixtures: true),
    tests(of: "Twins", and: ["Datasets", "Tensors", "Support"]),
    tests(of: "Retrieval", and: ["Tensors", "Support"], fixtures: true),
    tests(of: "Runs", and: ["Support"]),
    tests(of: "Cluster", and: ["Support", "Runs"]),
    tests(of: "Viewers", and: ["Support", "Documents", "Runs", "Cluster"]),
    tests(
      of: "Experiments",
      and: [
        "Support", "Configuration", "YAML", "Runs", "Datasets", "Models", "Layers", "Retrieval", "Tensors", "Twins",
        "Trained", "Proofs",
      ]),
    tests(
      of: "Trained",
      and: ["Support", "Configuration", "Runs", "Datasets", "Models", "Layers", "Retrieval", "Tensors", "Experiments"]),
    tests(
      of: "Exchange",
      and: ["Support", "Configuration", "Datasets", "Models", "Layers", "Tensors", "Experiments", "Trained", protobuf]),
    tests(
      of: "Proofs", and: ["Support", "Configuration", "YAML", "Experiments", "Models", "Layers", "Tensors"],
      fixtures: true),
    .testTarget(
      name: "ReportsTests",
      dependencies: [
        "TestSupport", "Support", "Configuration", "YAML", "Tensors", "Models", "Runs", "Documents", "Charts",
        "Evidence", "Notebook",
      ], exclude: ["Fixtures"]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "TestSupport", "Support", "Configuration", "YAML", "Datasets", "Twins", "Experiments", "Runs", "Machine",
        "Models", "Tensors", "Trained", "Proofs", "Evidence", "Notebook", "aanet",
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
        "Support", "Configuration", "YAML", "Datasets", "Experiments", "Documents", "Charts", "Evidence", "Notebook",
        "Models", "Proofs", "Retrieval", "Runs", "Tensors", "TestSupport", "CMatIO",
      ], path: "Tests/Fuzz", exclude: ["run.sh"]))
}

// What `make sanitize` leaves out: rooms that call no C and start no thread of their own. CI's small form, `engine`, is the
// engine and the reading of data alone.
if let form = Context.environment["AANET_SANITIZE"] {
  var rooms = ["Viewers", "Experiments", "Trained", "Exchange", "Proofs", "aanet", "CommandTests"]
  if form == "engine" {
    rooms += [
      "Twins", "Retrieval", "Documents", "Charts", "GnuplotBridge", "Cluster", "Evidence", "Notebook", "Reports",
    ]
    rooms += ["ModelsTests", "YAMLTests", "ConfigurationTests"]
  }
  package.targets.removeAll { target in
    rooms.contains(target.name) || rooms.contains { target.name == "\($0)Tests" }
  }
  package.products = []
  package.dependencies = []
}
