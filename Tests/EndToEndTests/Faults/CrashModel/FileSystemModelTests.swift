import Testing

extension FaultTests {
    /// The model itself: what it takes for durable, and what it doesn't.
    @Suite("The model of crashes")
    struct FileSystemModelTests {
        private static let root: FileSystemModel.Inode = 10
        private static let file: FileSystemModel.Inode = 11
        private static let folder: FileSystemModel.Inode = 12

        private func model(_ events: TraceRecord.Event...) -> FileSystemModel {
            var model = FileSystemModel(root: Self.root)
            for event in events { model.apply(TraceRecord(event)) }
            return model
        }

        private func entry(_ name: String, in model: FileSystemModel) -> FileSystemModel.Object? {
            model.folders[FileSystemModel.root]?.certain(name)
        }

        private func content(_ model: FileSystemModel) -> [UInt8]? {
            model.object(Self.file).flatMap { model.files[$0]?.certain }
        }

        private static let made = TraceRecord.Event.makeFile(file, in: root, name: "f")
        private static let written = TraceRecord.Event.write(file, offset: 0, bytes: [1, 2])

        @Test("a file's flush says nothing of its name, a folder's nothing of its files")
        func kinds() {
            let flushedFile = model(Self.made, Self.written, .flushing(Self.file), .flushed(Self.file, .succeeded))
            #expect(content(flushedFile) == [1, 2] && entry("f", in: flushedFile) == nil)
            let flushedFolder = model(Self.made, Self.written, .flushing(Self.root), .flushed(Self.root, .succeeded))
            #expect(content(flushedFolder) == nil && entry("f", in: flushedFolder) != nil)
            let all = model(Self.made, Self.written, .flushingAll, .flushedAll(.succeeded))
            #expect(content(all) == [1, 2] && entry("f", in: all) != nil)
        }

        @Test("a flush covers what was done before it began, and nothing later")
        func begun() {
            let late = model(Self.made, .flushing(Self.file), Self.written, .flushed(Self.file, .succeeded))
            #expect(content(late) == nil)
            let other = model(Self.made, Self.written, .flushing(Self.root), .flushed(Self.file, .succeeded))
            #expect(content(other) == [1, 2])
        }

        @Test("after a flush that failed no other proves anything; one that was interrupted is made again")
        func failed() {
            let flush = [TraceRecord.Event.flushing(Self.file), .flushed(Self.file, .succeeded)]
            for (outcome, left) in [(TraceRecord.FlushOutcome.failed, nil), (.interrupted, [1, 2] as [UInt8])] {
                var again = model(Self.made, Self.written, .flushing(Self.file), .flushed(Self.file, outcome))
                for event in flush { again.apply(TraceRecord(event)) }
                #expect(content(again) == left)
            }
            var all = model(Self.made, .flushingAll, .flushedAll(.failed), .flushing(Self.root))
            all.apply(TraceRecord(.flushed(Self.root, .succeeded)))
            #expect(entry("f", in: all) == nil)
        }

        @Test("a name that was renamed, removed or given anew is uncertain until its folder is flushed")
        func names() {
            let flush = [TraceRecord.Event.flushing(Self.root), .flushed(Self.root, .succeeded)]
            let changes: [TraceRecord.Event] = [
                .rename(Self.file, from: Self.root, name: "f", to: Self.root, newName: "g"),
                .unlink(Self.file, from: Self.root, name: "f"), .makeFolder(Self.folder, in: Self.root, name: "f"),
            ]
            for change in changes {
                var model = model(Self.made)
                for event in flush { model.apply(TraceRecord(event)) }
                #expect(entry("f", in: model) != nil)
                model.apply(TraceRecord(change))
                #expect(entry("f", in: model) == nil && entry("g", in: model) == nil)
            }
        }

        @Test("a file's first name is certain once both the folder and the file have been flushed")
        func firstName() {
            let flush = [TraceRecord.Event.flushing(Self.file), .flushed(Self.file, .succeeded)]
            let unnamed = TraceRecord.Event.makeFile(Self.file, in: 0, name: "")
            var model = model(unnamed, Self.written)
            for event in flush { model.apply(TraceRecord(event)) }
            #expect(content(model) == [1, 2])
            model.apply(TraceRecord(.link(Self.file, to: Self.root, name: "f")))
            model.apply(TraceRecord(.flushing(Self.root)))
            model.apply(TraceRecord(.flushed(Self.root, .succeeded)))
            #expect(entry("f", in: model) != nil && content(model) == nil)
            for event in flush { model.apply(TraceRecord(event)) }
            #expect(content(model) == [1, 2])
            // A second one is another matter.
            model.apply(TraceRecord(.link(Self.file, to: Self.root, name: "g")))
            #expect(content(model) == [1, 2])
        }

        @Test("an inode number that is used again is another file")
        func usedAgain() {
            let model = model(
                Self.made, Self.written, .flushingAll, .flushedAll(.succeeded),
                .unlink(Self.file, from: Self.root, name: "f"), .makeFile(Self.file, in: Self.root, name: "g"))
            #expect(content(model) == [])
            #expect(model.object(Self.file) != model.folders[FileSystemModel.root]?.durable["f"])
        }
    }
}
