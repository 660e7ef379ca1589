import CommandLine
import DirectUploads
import HTTPClient
import Platform
import S3
import S3Client

/// `s3 prepare`: makes the bucket, lets the pages send that are to, and looks whether it is so.
enum BucketCommand {
    static let prepare = Command(
        "s3 prepare", required: [BucketOptions.endpoint, BucketOptions.bucket],
        help:
            "Make the bucket where there is none, let the pages of --web-origin send to it and no others (CORS; what it let "
            + "others do before is replaced), and look whether the engine does so. Give it the origin of the server's own page."
    )

    static func run(_ arguments: ParsedArguments) throws(ProgramError) -> ExitCode {
        let origins = try Configuration.origins(arguments.strings(of: ServerOptions.webOrigins))
        guard !origins.isEmpty else {
            throw .usage(
                "s3 prepare needs --web-origin: where the page comes from that sends, as https://video.example.org")
        }
        let bucket = try DirectRules.bucket(arguments)
        let client = BucketClient(
            bucket, try BucketCredentials.load(arguments),
            by: HTTPClient(authorities: arguments.optionalString(of: BucketOptions.authorities))
        ) { currentUnixTime() }
        do throws(BucketError) {
            try BucketPreparation(client, origins: origins).run { printOutput($0) }
        } catch {
            throw ProgramError(
                "the bucket \(bucket.name.text) at \(bucket.endpoint.origin) can't be prepared: \(error)",
                exitCode: error.passes ? .temporaryFailure : .configuration)
        }
        return .success
    }
}
