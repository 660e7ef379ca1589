"""The types of parts of uploads are bytes to Schemathesis, too. Beside schemathesis.toml, which names this."""

import schemathesis

schemathesis.serializer.alias(["application/offset+octet-stream", "application/partial-upload"], "application/octet-stream")
