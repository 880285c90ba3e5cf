import Experiments
import Testing

@Suite struct CompanyTests {
  @Test("small networks share the threads out; large ones and a minute's work do not")
  func whatSuits() {
    func count(_ runs: Int, of multiplications: Double, step: Double, threads: Int) -> Int {
      Company.Workload(runs: runs, multiplications: multiplications, step: step).processes(threads: threads)
    }
    #expect(count(15, of: 4e13, step: 2e9, threads: 2) == 2)
    #expect(count(15, of: 4e13, step: 2e9, threads: 32) == 15)
    #expect(count(15, of: 4e15, step: 6e10, threads: 16) == 2)
    #expect(count(15, of: 4e15, step: 6e10, threads: 2) == 1)
    #expect(count(15, of: 1e12, step: 2e9, threads: 2) == 1)
    #expect(count(1, of: 4e13, step: 2e9, threads: 2) == 1)
    #expect(count(0, of: 0, step: 0, threads: 2) == 1)
  }
}
