import Foundation

/// MPI, behind a few C functions that `make mpi` builds with the machine's own compiler for it. They are opened when the
/// program runs, so that it builds and runs where there is no MPI, and with any.
package final class MPIBridge: RankLink {
  private typealias Start =
    @convention(c) (
      UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>
    ) -> Int32
  private typealias Exchange = @convention(c) (UnsafeRawPointer?, Int, UnsafeMutableRawPointer?, Int, Int32) -> Int32

  /// What keeps the ranks from working together, and what to do.
  package struct Fault: Error, CustomStringConvertible {
    package let description: String
  }

  package let rank: Int
  package let count: Int
  package let countHere: Int
  private let move: Exchange
  private let leave: @convention(c) () -> Int32
  private let end: @convention(c) (Int32) -> Void

  /// The variable that names the bridge's file where it does not lie beside the program.
  package static let variable = "AANET_MPI"

  /// Opens the bridge and joins the others.
  ///
  /// - Parameter launcher: who started the process.
  package init(startedBy launcher: Launcher, _ environment: [String: String]) throws(Fault) {
    let beside = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    let path = environment[Self.variable] ?? beside.appendingPathComponent("libaanet_mpi.so").path
    let started = "this is one of \(launcher.processes) processes (\(launcher.variable))"
    guard let handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL) else {
      let reason = dlerror().map { String(cString: $0) } ?? path
      throw Fault(description: "\(started), and the bridge to MPI cannot be opened: \(reason); build it with: make mpi")
    }
    func function<Kind>(_ name: String, _: Kind.Type) throws(Fault) -> Kind {
      guard let symbol = dlsym(handle, name) else {
        throw Fault(description: "\(path) has no \(name); build it anew with: make mpi")
      }
      return unsafeBitCast(symbol, to: Kind.self)
    }
    guard try function("aanet_mpi_interface", (@convention(c) () -> Int32).self)() == 1 else {
      throw Fault(description: "\(path) is of another version of the program; build it anew with: make mpi")
    }
    move = try function("aanet_mpi_exchange", Exchange.self)
    leave = try function("aanet_mpi_finish", (@convention(c) () -> Int32).self)
    end = try function("aanet_mpi_abort", (@convention(c) (Int32) -> Void).self)
    let library = try function("aanet_mpi_library", (@convention(c) () -> UnsafePointer<CChar>).self)
    var (rank, count, countHere) = (Int32(0), Int32(0), Int32(0))
    guard try function("aanet_mpi_start", Start.self)(&rank, &count, &countHere) == 0 else {
      throw Fault(description: "\(started), and MPI does not start, or takes no calls from several threads")
    }
    guard count == launcher.processes else {
      let name = String(cString: library()).split(whereSeparator: { "\n,".contains($0) }).first ?? "MPI"
      throw Fault(
        description: "\(started), and \(name), which \(path) was built with, sees \(count): they would all do the same "
          + "work; build the bridge (make mpi) with the MPI whose launcher starts it, or give srun the --mpi of it")
    }
    (self.rank, self.count, self.countHere) = (Int(rank), Int(count), Int(countHere))
  }

  package func exchange(
    _ sent: UnsafeRawBufferPointer, for received: UnsafeMutableRawBufferPointer, with peer: Int
  ) {
    // MPI ends all ranks where something goes wrong, unless it is told otherwise.
    guard move(sent.baseAddress, sent.count, received.baseAddress, received.count, Int32(peer)) == 0 else {
      abort(code: 2)
    }
  }

  package func finish() { _ = leave() }

  package func abort(code: Int32) -> Never {
    end(code)
    exit(code)
  }
}
