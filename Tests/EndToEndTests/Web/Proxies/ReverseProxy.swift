import Foundation
import Platform
import TestSupport

/// A reverse proxy as Debian has it: one that ends TLS before a server's plain HTTP, or passes TLS on as it is.
struct ReverseProxy {
    enum Kind: String {
        case nginx, haproxy

        var program: String? {
            ["/usr/sbin/", "/usr/bin/", "/usr/local/sbin/"].map { $0 + rawValue }
                .first(where: FileManager.default.isExecutableFile)
        }

        var isThere: Bool { program != nil }
    }

    let port: UInt16
    private let program: RunningProgram

    /// - Parameter server: where it serves plain HTTP, as the proxy writes that.
    init(_ kind: Kind, to server: String, _ certificates: ExampleCertificates, in scratch: ScratchFolder) throws {
        try self.init(kind, in: scratch) { port in try Self.configure(kind, port, server, certificates, scratch) }
    }

    /// HAProxy that spreads connections over servers, and says whose they are.
    ///
    /// - Parameter header: the option by which it does so.
    init(balancing servers: [UInt16], header: String = "send-proxy-v2", in scratch: ScratchFolder) throws {
        try self.init(.haproxy, in: scratch) { port in
            try scratch.write(Self.balancer(port, servers, header), to: "haproxy.cfg")
        }
    }

    private init(_ kind: Kind, in scratch: ScratchFolder, _ configure: (UInt16) throws -> String) throws {
        guard let path = kind.program else { throw Failure("no \(kind)") }
        var last: RunningProgram.Outcome?
        // Another test may take the port that was free.
        for _ in 0..<5 {
            let port = try Self.freePort()
            let file = try configure(port)
            let options = kind == .nginx ? ["-p", scratch.path, "-c", file] : ["-db", "-f", file]
            let program = try RunningProgram(path, options)
            if Self.listens(on: port, program) {
                (self.port, self.program) = (port, program)
                return
            }
            program.signal(SIGTERM)
            last = try program.waitForEnd()
        }
        throw Failure("\(kind) doesn't start: \(String(describing: last))")
    }

    func stop() throws {
        program.signal(SIGTERM)
        _ = try program.waitForEnd()
    }

    private static func freePort() throws -> UInt16 {
        guard let address = SocketAddress(numeric: "127.0.0.1") else { throw Failure("no loopback") }
        return try Listener(on: address).address.port
    }

    private static func listens(on port: UInt16, _ program: RunningProgram) -> Bool {
        let deadline = Deadline.after(seconds: 20)
        guard let address = SocketAddress(numeric: "127.0.0.1", port: port) else { return false }
        while !deadline.hasPassed, kill(program.processID, 0) == 0 {
            if (try? Socket.connect(to: [address], deadline: .after(seconds: 5))) != nil { return true }
            Thread.sleep(seconds: 0.02)
        }
        return false
    }

    private static func configure(
        _ kind: Kind, _ port: UInt16, _ server: String, _ certificates: ExampleCertificates, _ scratch: ScratchFolder
    ) throws -> String {
        switch kind {
        case .nginx: return try scratch.write(nginx(port, server, certificates), to: "nginx.conf")
        case .haproxy:
            let both = try [certificates.chain, certificates.key].map {
                try String(contentsOfFile: $0, encoding: .utf8)
            }
            let pair = try scratch.write(both.joined(separator: "\n"), to: "pair.pem")
            return try scratch.write(haproxy(port, server, pair), to: "haproxy.cfg")
        }
    }

    /// As docs/HTTP.md has it.
    private static func nginx(_ port: UInt16, _ server: String, _ certificates: ExampleCertificates) -> String {
        """
        daemon off; master_process off; pid nginx.pid; error_log stderr;
        events { worker_connections 64; }
        http {
          access_log off;
          client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
          upstream auto_upload { server \(server); keepalive 4; }
          server {
            listen 127.0.0.1:\(port) ssl;
            ssl_certificate \(certificates.chain); ssl_certificate_key \(certificates.key);
            client_max_body_size 0;
            location / {
              proxy_pass http://auto_upload;
              proxy_http_version 1.1;
              proxy_request_buffering off;
              proxy_set_header Connection "";
              proxy_set_header Host $http_host;
              proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
              proxy_set_header X-Forwarded-Proto $scheme;
              proxy_set_header Forwarded "";
            }
          }
        }

        """
    }

    private static func haproxy(_ port: UInt16, _ server: String, _ pair: String) -> String {
        """
        defaults
          mode http
          timeout connect 10s
          timeout client 60s
          timeout server 60s
        frontend web
          bind 127.0.0.1:\(port) ssl crt \(pair)
          option forwardfor
          http-request del-header Forwarded
          http-request set-header X-Forwarded-Proto https
          default_backend auto_upload
        backend auto_upload
          server only \(server)

        """
    }

    /// As docs/OPERATIONS.md has it.
    private static func balancer(_ port: UInt16, _ servers: [UInt16], _ header: String) -> String {
        let lines = servers.map { "  server on-\($0) 127.0.0.1:\($0) check inter 100ms \(header)" }
        return """
            defaults
              mode tcp
              timeout connect 10s
              timeout client 60s
              timeout server 60s
            frontend uploads
              bind 127.0.0.1:\(port)
              bind [::1]:\(port)
              default_backend auto_upload
            backend auto_upload
              balance leastconn
            \(lines.joined(separator: "\n"))

            """
    }
}
