import Encodings
import HTTP
import Testing

@Suite("Text of clients that differ in charset")
struct LegacyTextTests {
    @Test(
        "is the same in UTF-8 and Latin-1",
        arguments: [
            (Array("müller".utf8), "müller"), ([0x6D, 0xFC, 0x6C, 0x6C, 0x65, 0x72], "müller"),
            (Array("日本".utf8), "日本"), ([0x80, 0xFF], "\u{80}ÿ"), ([], ""),
            // Overlong, and half of a pair: no UTF-8.
            ([0xC0, 0xAF], "À¯"), ([0xED, 0xA0, 0x80], "í\u{A0}\u{80}"),
        ] as [([UInt8], String)])
    func header(_ bytes: [UInt8], _ text: String) {
        #expect(headerText(bytes) == text)
        #expect(Array(headerText(bytes).utf8) == Array(text.utf8))
    }

    @Test("is windows-1252 in forms")
    func form() {
        #expect(formText([0x80, 0x85, 0x99, 0x9F, 0xE4] as [UInt8]) == "€…™Ÿä")
        #expect(formText([0x81, 0x8D] as [UInt8]) == "\u{81}\u{8D}")
        #expect(formText(Array("ä€".utf8)) == "ä€")
    }
}

@Suite("Basic credentials")
struct BasicCredentialsTests {
    @Test("name the same user in UTF-8 and in Latin-1")
    func charsets() throws {
        for name in [Array("müller".utf8), [0x6D, 0xFC, 0x6C, 0x6C, 0x65, 0x72]] {
            let credentials = try BasicCredentials(authorization: basic(name + Array(":geheim:zwei".utf8)))
            #expect(credentials.user == "müller")
            #expect(credentials.password == Array("geheim:zwei".utf8))
        }
    }

    @Test("are taken as clients write them", arguments: ["Basic ", "basic ", "BASIC   "])
    func schemes(_ scheme: String) throws {
        // The example of RFC 7617.
        let credentials = try BasicCredentials(authorization: Array("\(scheme)QWxhZGRpbjpvcGVuIHNlc2FtZQ==".utf8))
        #expect(credentials.user == "Aladdin")
        #expect(credentials.password == Array("open sesame".utf8))
    }

    @Test("may be empty")
    func empty() throws {
        let credentials = try BasicCredentials(authorization: basic([UInt8(ascii: ":")]))
        #expect(credentials.user.isEmpty && credentials.password.isEmpty)
    }

    @Test("are refused for what they are")
    func refused() {
        func flaw(_ authorization: [UInt8]) -> BasicCredentials.Flaw? {
            do throws(BasicCredentials.Flaw) {
                _ = try BasicCredentials(authorization: authorization)
                return nil
            } catch {
                #expect(!error.description.isEmpty)
                return error
            }
        }
        #expect(flaw([]) == .otherScheme)
        #expect(flaw(Array("Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==".utf8)) == .otherScheme)
        #expect(flaw(Array("BasicQWxhZGRpbjpvcGVuIHNlc2FtZQ==".utf8)) == .otherScheme)
        #expect(flaw(Array("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ".utf8)) == .malformed)
        #expect(flaw(Array("Basic QWxh ZGRpbg==".utf8)) == .malformed)
        #expect(flaw(Array("Basic".utf8)) == .malformed)
        #expect(flaw(basic(Array("no colon".utf8))) == .malformed)
        #expect(flaw(basic(Array("a\nb:c".utf8))) == .controlCharacter)
        #expect(flaw(basic(Array("a:b\u{7F}".utf8))) == .controlCharacter)
    }

    private func basic(_ pair: [UInt8]) -> [UInt8] {
        Array("Basic \(encodeBase64(pair, isPadded: true))".utf8)
    }
}
