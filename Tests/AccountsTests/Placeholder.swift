import Accounts
import Testing
import TestSupport

@Test func smoke() throws {
    let scratch = try ScratchFolder()
    for i in 0..<20 {
    let o = try RunningProgram.run(Binaries.adduser, ["-u", "a\(i)", "-f", scratch.path("f"), "--memory", "19456", "--iterations", "2"], standardInput: "pw\n")
    #expect(o.status == 0, "\(o)")
    }
    print(try scratch.text(of: "f"), try scratch.names())
}
