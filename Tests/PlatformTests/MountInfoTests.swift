import Platform
import Testing

@Suite("What the kernel says of mounts")
struct MountInfoTests {
    @Test("a line is taken apart, whatever optional fields it has, and octal is undone")
    func line() throws {
        let info = try #require(
            MountInfo(
                line: #"36 35 98:0 /a /b\040c rw,noatime master:1 shared:2 - overlay none rw,upperdir=/x\054y,volatile"#
            ))
        #expect(info.number == 36)
        #expect(info.fileSystem == "overlay")
        #expect(info.options == ["rw": "", "upperdir": "/x,y", "volatile": ""])
        #expect(try #require(MountInfo(line: "1 2 0:1 / / rw - tmpfs tmpfs rw")).fileSystem == "tmpfs")
    }

    @Test(
        "what isn't a line is none",
        arguments: ["", "-", "1 2 3 4 5 6", "1 2 0:1 / / rw - tmpfs tmpfs", "x 2 0:1 / / rw - a b c"])
    func noLine(_ text: String) {
        #expect(MountInfo(line: text) == nil)
    }

    @Test("the mount of an open folder is found, and one that isn't there is none")
    func running() throws {
        let mount = try Directory.open(path: "/proc/self").status().mount
        if mount != 0 { #expect(try MountInfo.ofMount(mount)?.fileSystem == "proc") }
        #expect(try MountInfo.ofMount(.max) == nil)
    }
}
