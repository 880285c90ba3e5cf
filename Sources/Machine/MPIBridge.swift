import Foundation

/// MPI, behind a few C functions that `make mpi` builds with the machine's own compiler for it. They are opened when the
/// program runs, so that it builds and runs where there is no MPI, and with any.
package final class MPIBridge: RankLink {
  /// What keeps the ranks from working together, and what to do.
  package struct Fault: Error, CustomStringConvertible {
    package let description: String
  }

  package let rank: Int
  package let count: Int
  package let countHere: Int
  package let aside: (any RankLink)?
  private let functions: Functions
  /// Which of the bridge's ways to the others it takes.
  private let way: Int32

  /// The variable that names the bridge's file where it does not lie beside the program.
  package static let variable = "AANET_MPI"

  /// The bridge's file, whether or not it is there; a name without a folder is one that the system looks for.
  package static func path(_ environment: [String: String]) -> String {
    environment[variable] ?? RunningProgram.sibling("libaanet_mpi.so").path
  }

  /// Opens the bridge and joins the others.
  ///
  /// - Parameter launcher: who started the process.
  package convenience init(startedBy launcher: Launcher, _ environment: [String: String]) throws(Fault) {
    let path = Self.path(environment)
    let started = "this is one of \(launcher.processes) processes (\(launcher.variable))"
    let functions = try Functions(path, started)
    var (rank, count, countHere, ways) = (Int32(0), Int32(0), Int32(0), Int32(0))
    guard functions.start(&rank, &count, &countHere, &ways) == 0 else {
      throw Fault(description: "\(started), and MPI does not start, or takes no calls from several threads")
    }
    guard count == launcher.processes else {
      let library = String(cString: functions.library())
      let name = library.split(whereSeparator: { "\n,".contains($0) }).first ?? "MPI"
      throw Fault(
        description: "\(started), and \(name), which \(path) was built with, sees \(count): they would all do the same "
          + "work; build the bridge (make mpi) with the MPI whose launcher starts it, or give srun the --mpi of it")
    }
    let place = (rank: Int(rank), count: Int(count), countHere: Int(countHere))
    let aside = ways > 1 ? MPIBridge(place, functions, way: 1, aside: nil) : nil
    self.init(place, functions, way: 0, aside: aside)
  }

  private init(
    _ place: (rank: Int, count: Int, countHere: Int), _ functions: Functions, way: Int32, aside: (any RankLink)?
  ) {
    (rank, count, countHere) = place
    self.functions = functions
    self.way = way
    self.aside = aside
  }

  package func exchange(
    _ sent: UnsafeRawBufferPointer, for received: UnsafeMutableRawBufferPointer, with peer: Int
  ) {
    // MPI ends all ranks where something goes wrong, unless it is told otherwise.
    let outcome = functions.exchange(
      sent.baseAddress, sent.count, received.baseAddress, received.count, Int32(peer), way)
    guard outcome == 0 else { abort(code: 2) }
  }

  package func finish() { _ = functions.finish() }

  package func abort(code: Int32) -> Never {
    functions.abort(code)
    exit(code)
  }
}

/// The bridge's functions, as `aanet_mpi.h` has them.
private struct Functions: Sendable {
  typealias Number = UnsafeMutablePointer<Int32>
  typealias Start = @convention(c) (Number, Number, Number, Number) -> Int32
  typealias Exchange = @convention(c) (UnsafeRawPointer?, Int, UnsafeMutableRawPointer?, Int, Int32, Int32) -> Int32

  let start: Start
  let exchange: Exchange
  let finish: @convention(c) () -> Int32
  let abort: @convention(c) (Int32) -> Void
  let library: @convention(c) () -> UnsafePointer<CChar>

  /// What the header calls `AANET_MPI_INTERFACE`.
  private static let interface: Int32 = 2

  init(_ path: String, _ started: String) throws(MPIBridge.Fault) {
    guard let handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL) else {
      let reason = dlerror().map { String(cString: $0) } ?? path
      throw MPIBridge.Fault(
        description: "\(started), and the bridge to MPI cannot be opened: \(reason); build it with: make mpi")
    }
    func function<Kind>(_ name: String, _: Kind.Type) throws(MPIBridge.Fault) -> Kind {
      guard let symbol = dlsym(handle, name) else {
        throw MPIBridge.Fault(description: "\(path) has no \(name); build it anew with: make mpi")
      }
      return unsafeBitCast(symbol, to: Kind.self)
    }
    guard try function("aanet_mpi_interface", (@convention(c) () -> Int32).self)() == Self.interface else {
      throw MPIBridge.Fault(
        description: "\(path) is of another version of the program; build it anew with: make mpi")
    }
    start = try function("aanet_mpi_start", Start.self)
    exchange = try function("aanet_mpi_exchange", Exchange.self)
    finish = try function("aanet_mpi_finish", (@convention(c) () -> Int32).self)
    abort = try function("aanet_mpi_abort", (@convention(c) (Int32) -> Void).self)
    library = try function("aanet_mpi_library", (@convention(c) () -> UnsafePointer<CChar>).self)
  }
}
