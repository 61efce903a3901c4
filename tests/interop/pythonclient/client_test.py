#!/usr/bin/python3
"""Goal: a client in Python, generated from proto/, can add to a log and verify all that it answers.

Method: the built program as a process, its socket and its readers' listener. Nothing of sumlog's is
used to verify: the proofs of RFC 6962 are computed anew below, over hashes from hashlib, and notes
are opened with an Ed25519 of another library. What tokens and client certificates allow is asked of
a second log, over TLS, with certificates made here. It runs under Debian's Python, whose gRPC is a package
of its own.

usage: client_test.py <sumlog> <folder for the generated code>
"""

import base64
import datetime
import glob
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import unittest

import grpc
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

BINARY = os.path.abspath(sys.argv[1])
GENERATED = os.path.abspath(sys.argv[2])
PROTO = os.path.join(os.path.dirname(__file__), "../../../proto")
NAME = "sum.corp.example.com"
PATIENCE = 60  # seconds until a process or call that should have ended is called hung
RECORDS = 600  # more than two data tiles


def generate():
    """Makes Python out of proto/ and imports it; the modules of messages and of calls."""
    os.makedirs(GENERATED, exist_ok=True)
    plugin = subprocess.run(["which", "grpc_python_plugin"], check=True, stdout=subprocess.PIPE,
                            encoding="utf-8").stdout.strip()
    subprocess.run(["protoc", "-I", PROTO, f"--python_out={GENERATED}",
                    f"--plugin=protoc-gen-grpc={plugin}", f"--grpc_out={GENERATED}",
                    *sorted(glob.glob(os.path.join(PROTO, "sumlog/v1/*.proto")))], check=True)
    sys.path.insert(0, GENERATED)
    from sumlog.v1 import admin_pb2, admin_pb2_grpc, log_pb2, log_pb2_grpc, types_pb2
    return admin_pb2, admin_pb2_grpc, log_pb2, log_pb2_grpc, types_pb2


admin_pb2, admin_pb2_grpc, log_pb2, log_pb2_grpc, types_pb2 = generate()


# RFC 6962, from its section 2.1 alone.

def leaf_hash(text):
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size):
    """The largest power of two below size."""
    return 1 << (size - 1).bit_length() - 1


def tree_root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    middle = split(len(leaves))
    return node_hash(tree_root(leaves[:middle]), tree_root(leaves[middle:]))


def root_of_path(number, size, leaf, path):
    """The root that an audit path leads to (section 2.1.1); the path must be as long as it takes."""
    if size == 1:
        if path:
            raise ValueError("a path that is too long")
        return leaf
    middle = split(size)
    if number < middle:
        return node_hash(root_of_path(number, middle, leaf, path[:-1]), path[-1])
    return node_hash(path[-1], root_of_path(number - middle, size - middle, leaf, path[:-1]))


def roots_of_consistency(old, new, path, whole, old_root):
    """Both roots that a consistency proof leads to (section 2.1.2)."""
    if old == new:
        if whole:
            return old_root, old_root
        return path[-1], path[-1]
    middle = split(new)
    if old <= middle:
        left_old, left_new = roots_of_consistency(old, middle, path[:-1], whole, old_root)
        return left_old, node_hash(left_new, path[-1])
    right_old, right_new = roots_of_consistency(old - middle, new - middle, path[:-1], False,
                                                old_root)
    return node_hash(path[-1], right_old), node_hash(path[-1], right_new)


# Signed notes (C2SP signed-note) over tree heads.

def open_head(note, verifier_key):
    """Verifies a head under the log's key; (size, root)."""
    name, _, encoded = verifier_key.split("+", 2)
    public = base64.b64decode(encoded)
    key_id = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    for line in signatures.splitlines():
        _, signer, blob = line.split(" ")
        signature = base64.b64decode(blob)
        if signer == name and signature[:4] == key_id:
            Ed25519PublicKey.from_public_bytes(public[1:]).verify(signature[4:], text.encode())
            kind, size, root = text.splitlines()[:3]
            if kind != "go.sum database tree":
                raise ValueError(f"a note about something else: {kind}")
            return int(size), base64.b64decode(root)
    raise ValueError("no signature by this key")


# The program.

def environment():
    return {name: value for name, value in os.environ.items()
            if not name.startswith("SUMLOG_") and not name.lower().endswith("_proxy")}


def run(*arguments):
    return subprocess.run([BINARY, *arguments], env=environment(), timeout=PATIENCE, check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, encoding="utf-8").stdout


def start(directory, *arguments):
    """Serves the log; the process, and its listeners by name."""
    server = subprocess.Popen(
        [BINARY, "serve", "--dir", directory, "--http", "127.0.0.1:0", *arguments],
        env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, encoding="utf-8",
        stderr=subprocess.DEVNULL)
    return server, dict(word.split("=", 1) for word in server.stdout.readline().split()[1:])


def serve(test_class, directory, *arguments):
    """Serves the log until the class has ended; its listeners by name."""
    server, listeners = start(directory, *arguments)
    test_class.addClassCleanup(stop, server)
    return listeners


def stop(server):
    server.send_signal(signal.SIGTERM)
    server.stdout.close()
    if server.wait(timeout=PATIENCE) != 0:
        raise AssertionError(f"serve ended with {server.returncode}")


# Certificates.

def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def pem_of_key(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


class Authority:
    """Signs certificates, and is believed by who has its `root` (PEM)."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test authority")])
        self.root = pem(self.sign(self.name, self.key, x509.BasicConstraints(True, None)))

    def sign(self, subject, key, extension, minutes=60):
        """A certificate that ends in so many minutes."""
        end = datetime.datetime.utcnow() + datetime.timedelta(minutes=minutes)
        return (x509.CertificateBuilder()
                .subject_name(subject).issuer_name(self.name).public_key(key.public_key())
                .serial_number(x509.random_serial_number())
                .not_valid_before(end - datetime.timedelta(hours=2)).not_valid_after(end)
                .add_extension(extension, critical=True).sign(self.key, hashes.SHA256()))

    def issue(self, name, minutes=60):
        """Key and certificate for a host (PEM)."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        return pem_of_key(key), pem(self.sign(x509.Name([]), key, names, minutes))


def record(number, salt=""):
    def hash_of(what):
        digest = hashlib.sha256(f"{what} {number} {salt}".encode()).digest()
        return "h1:" + base64.b64encode(digest).decode()
    return types_pb2.Record(
        module=types_pb2.ModuleVersion(path=f"example.com/m{number}", version="v1.0.0"),
        zip_hash=hash_of("zip"), go_mod_hash=hash_of("go.mod"))


def text_of(one):
    module = one.module
    return (f"{module.path} {module.version} {one.zip_hash}\n"
            f"{module.path} {module.version}/go.mod {one.go_mod_hash}\n")


class PythonClientTest(unittest.TestCase):
    """One log of RECORDS records, added over its socket by a stream; readers come over TCP."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        directory = os.path.join(folder.name, "log")
        run("init", "--dir", directory, "--name", NAME)
        cls.key = run("keys", "show", "--dir", directory).strip()
        listeners = serve(cls, directory, "--grpc", "127.0.0.1:0")
        cls.readers = grpc.insecure_channel(listeners["grpc"])
        operators = grpc.insecure_channel(listeners["admin"])
        cls.addClassCleanup(cls.readers.close)
        cls.addClassCleanup(operators.close)
        cls.log = log_pb2_grpc.LogStub(cls.readers)
        cls.admin = admin_pb2_grpc.AdminStub(operators)
        cls.added = cls.add_all()

    @classmethod
    def add_all(cls):
        """Adds every record by one stream; all results, in order."""
        requests = (admin_pb2.AddRecordsRequest(
            records=[record(number) for number in range(first, first + 30)])
            for first in range(0, RECORDS, 30))
        return [result for answer in cls.admin.AddRecords(requests, timeout=PATIENCE)
                for result in answer.results]

    def leaves(self, size):
        return [leaf_hash(text_of(record(number))) for number in range(size)]

    def code_of(self, call, request):
        with self.assertRaises(grpc.RpcError) as raised:
            call(request, timeout=PATIENCE)
        self.assertTrue(raised.exception.details(), "an error without words")
        return raised.exception.code()

    # Reading and proving.

    def test_every_record_was_appended_in_order(self):
        self.assertEqual([result.number for result in self.added], list(range(RECORDS)))
        appended = admin_pb2.AddResult.OUTCOME_APPENDED
        self.assertEqual({result.outcome for result in self.added}, {appended})

    def test_the_newest_head_is_signed_over_the_records(self):
        head = self.log.GetSignedHead(log_pb2.GetSignedHeadRequest(), timeout=PATIENCE).head
        self.assertEqual(open_head(head.note, self.key), (RECORDS, tree_root(self.leaves(RECORDS))))

    def test_a_head_is_not_believed_under_another_key(self):
        head = self.log.GetSignedHead(log_pb2.GetSignedHeadRequest(), timeout=PATIENCE).head
        with self.assertRaises(InvalidSignature):
            open_head(head.note.replace(f"\n{RECORDS}\n", f"\n{RECORDS - 1}\n", 1), self.key)

    def test_lookups_verify(self):
        for number in random.Random(1).sample(range(RECORDS), 50):
            answer = self.log.Lookup(log_pb2.LookupRequest(module=record(number).module),
                                     timeout=PATIENCE)
            self.assertEqual(answer.record.text, text_of(record(number)))
            size, root = open_head(answer.head.note, self.key)
            self.assertEqual(root_of_path(number, size, leaf_hash(answer.record.text),
                                          list(answer.proof.hashes)), root)

    def test_inclusion_proofs_of_any_size_verify(self):
        dice = random.Random(2)
        leaves = self.leaves(RECORDS)
        sizes = [1, 2, 3, 255, 256, 257, 511, 512, 513, RECORDS]
        for size in sizes + dice.sample(range(1, RECORDS), 40):
            number = dice.randrange(size)
            answer = self.log.GetInclusionProof(
                log_pb2.GetInclusionProofRequest(number=number, tree_size=size), timeout=PATIENCE)
            self.assertEqual(answer.leaf_hash, leaves[number])
            self.assertEqual(root_of_path(number, size, leaves[number], list(answer.proof.hashes)),
                             tree_root(leaves[:size]))

    def test_consistency_proofs_between_any_sizes_verify(self):
        dice = random.Random(3)
        leaves = self.leaves(RECORDS)
        pairs = [(1, RECORDS), (256, 512), (255, 257), (RECORDS, RECORDS), (511, 513)]
        pairs += [tuple(sorted(dice.sample(range(1, RECORDS), 2))) for _ in range(40)]
        for old, new in pairs:
            answer = self.log.GetConsistencyProof(
                log_pb2.GetConsistencyProofRequest(old_size=old, new_size=new), timeout=PATIENCE)
            old_root, new_root = tree_root(leaves[:old]), tree_root(leaves[:new])
            self.assertEqual(
                roots_of_consistency(old, new, list(answer.proof.hashes), True, old_root),
                (old_root, new_root), f"{old} to {new}")

    def test_streamed_records_are_those_that_were_added(self):
        texts = [text for answer in self.log.StreamRecords(
            log_pb2.StreamRecordsRequest(first=100, end=500), timeout=PATIENCE)
            for text in answer.texts]
        self.assertEqual(texts, [text_of(record(number)) for number in range(100, 500)])

    # Refusals.

    def test_other_hashes_are_refused_with_evidence(self):
        answer = self.admin.AddRecordBatch(
            admin_pb2.AddRecordBatchRequest(records=[record(7, "other")]), timeout=PATIENCE)
        self.assertEqual(answer.results[0].refusal, admin_pb2.AddResult.REFUSAL_CONFLICT)
        evidence = self.admin.GetConflict(
            admin_pb2.GetConflictRequest(id=answer.results[0].evidence_id), timeout=PATIENCE)
        self.assertIn(record(7, "other").zip_hash, evidence.text)

    def test_what_lies_beyond_the_log_is_out_of_range(self):
        beyond = grpc.StatusCode.OUT_OF_RANGE
        self.assertEqual(beyond, self.code_of(self.log.GetRecord,
                                              log_pb2.GetRecordRequest(number=RECORDS)))
        self.assertEqual(beyond, self.code_of(self.log.GetInclusionProof,
                                              log_pb2.GetInclusionProofRequest(
                                                  number=0, tree_size=RECORDS + 1)))
        self.assertEqual(beyond, self.code_of(self.log.GetConsistencyProof,
                                              log_pb2.GetConsistencyProofRequest(
                                                  old_size=1, new_size=2**64 - 1)))

    def test_what_is_no_question_is_an_invalid_argument(self):
        invalid = grpc.StatusCode.INVALID_ARGUMENT
        self.assertEqual(invalid, self.code_of(self.log.Lookup, log_pb2.LookupRequest()))
        self.assertEqual(invalid, self.code_of(self.log.GetConsistencyProof,
                                               log_pb2.GetConsistencyProofRequest(old_size=0)))
        self.assertEqual(invalid, self.code_of(self.log.GetInclusionProof,
                                               log_pb2.GetInclusionProofRequest(leaf_hash=b"x")))

    def test_readers_cannot_administer(self):
        # Their listener does not know the service at all.
        with self.assertRaises(grpc.RpcError) as raised:
            admin_pb2_grpc.AdminStub(self.readers).GetStatus(admin_pb2.GetStatusRequest(),
                                                             timeout=PATIENCE)
        self.assertEqual(grpc.StatusCode.UNIMPLEMENTED, raised.exception.code())


class PythonTlsTest(unittest.TestCase):
    """One log, administered over TLS with a token and with client certificates."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        directory = os.path.join(folder.name, "log")
        run("init", "--dir", directory, "--name", NAME)
        cls.key = run("keys", "show", "--dir", directory).strip()
        cls.token = cls.make_token(directory)
        cls.servers, cls.clients = Authority(), Authority()
        key, certificate = cls.servers.issue("localhost")
        for name, content in [("tls.key", key), ("tls.pem", certificate),
                              ("clients.pem", cls.clients.root)]:
            with open(os.path.join(directory, name), "wb") as file:
                os.chmod(file.fileno(), 0o600)
                file.write(content)
        settings = os.path.join(directory, "sumlog.toml")
        with open(settings, encoding="utf-8") as file:
            before = file.read()
        with open(settings, "w", encoding="utf-8") as file:
            file.write(before.replace("[listen]\n", """[listen]
tls_cert = "tls.pem"
tls_key = "tls.key"
client_ca = "clients.pem"
""", 1) + """
[[client_cert]]
name = "release"
san = "release.corp.example.com"
scopes = ["ingest"]
modules = ["example.com/m0"]
""")
        listeners = serve(cls, directory, "--admin", "localhost:0")
        cls.port = listeners["admin"].rsplit(":", 1)[1]

    @staticmethod
    def make_token(directory):
        """The secret of a token for one module, made over the socket."""
        server, _ = start(directory)
        try:
            return run("token", "create", "ci", "--scope", "ingest", "--modules", "example.com/m2",
                       "--dir", directory).strip()
        finally:
            stop(server)

    def channel(self, key=None, certificate=None, token=None):
        credentials = grpc.ssl_channel_credentials(self.servers.root, key, certificate)
        if token is not None:
            credentials = grpc.composite_channel_credentials(
                credentials, grpc.access_token_call_credentials(token))
        channel = grpc.secure_channel(f"localhost:{self.port}", credentials)
        self.addCleanup(channel.close)
        return channel

    def connect(self, *pair, **token):
        return admin_pb2_grpc.AdminStub(self.channel(*pair, **token))

    def add(self, admin, number):
        return admin.AddRecordBatch(
            admin_pb2.AddRecordBatchRequest(records=[record(number)]), timeout=PATIENCE).results[0]

    def test_a_certificate_does_what_its_entry_says(self):
        admin = self.connect(*self.clients.issue("release.corp.example.com"))
        self.assertEqual(admin_pb2.AddResult.OUTCOME_APPENDED, self.add(admin, 0).outcome)
        self.assertEqual(admin_pb2.AddResult.REFUSAL_NOT_GRANTED, self.add(admin, 1).refusal)
        with self.assertRaises(grpc.RpcError) as raised:
            admin.GetStatus(admin_pb2.GetStatusRequest(), timeout=PATIENCE)
        self.assertEqual(grpc.StatusCode.PERMISSION_DENIED, raised.exception.code())

    def test_a_token_does_what_it_was_made_for(self):
        channel = self.channel(token=self.token)
        admin = admin_pb2_grpc.AdminStub(channel)
        result = self.add(admin, 2)
        self.assertEqual(admin_pb2.AddResult.OUTCOME_APPENDED, result.outcome)
        self.assertEqual(admin_pb2.AddResult.REFUSAL_NOT_GRANTED, self.add(admin, 1).refusal)
        with self.assertRaises(grpc.RpcError) as raised:
            admin.GetStatus(admin_pb2.GetStatusRequest(), timeout=PATIENCE)
        self.assertEqual(grpc.StatusCode.PERMISSION_DENIED, raised.exception.code())

        # The same listener proves what it has added.
        answer = log_pb2_grpc.LogStub(channel).Lookup(
            log_pb2.LookupRequest(module=record(2).module), timeout=PATIENCE)
        size, root = open_head(answer.head.note, self.key)
        self.assertEqual(root_of_path(result.number, size, leaf_hash(text_of(record(2))),
                                      list(answer.proof.hashes)), root)

    def test_nobody_gets_in_without_a_valid_token(self):
        for token in (self.token[:-1], self.token.replace("ci", "cj"), "slt", ""):
            with self.subTest(token), self.assertRaises(grpc.RpcError) as raised:
                self.add(self.connect(token=token), 2)
            self.assertEqual(grpc.StatusCode.UNAUTHENTICATED, raised.exception.code())
            self.assertTrue(raised.exception.details(), "an error without words")

    def test_nobody_gets_in_without_a_granted_certificate(self):
        # A handshake that fails is, to a client of gRPC, a connection that cannot be made.
        name = "release.corp.example.com"
        for what, pair, want in [
                ("another authority's", Authority().issue(name), grpc.StatusCode.UNAVAILABLE),
                ("expired", self.clients.issue(name, minutes=-1), grpc.StatusCode.UNAVAILABLE),
                ("none", (), grpc.StatusCode.UNAUTHENTICATED),
                ("without an entry", self.clients.issue("stranger.corp.example.com"),
                 grpc.StatusCode.PERMISSION_DENIED)]:
            with self.subTest(what), self.assertRaises(grpc.RpcError) as raised:
                self.add(self.connect(*pair), 0)
            self.assertEqual(want, raised.exception.code(), what)
            self.assertTrue(raised.exception.details(), "an error without words")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
