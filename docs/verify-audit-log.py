#!/usr/bin/env python3
"""Verifies an Invigil audit log from outside, with nothing but Python's standard library; docs/audit-log.md has the format.

Usage: verify-audit-log.py https://invigil.example.edu API_KEY [VERIFIER_KEY]
Without VERIFIER_KEY the console's own is believed this once, and printed: keep it, and pass it from then on."""
import base64, hashlib, json, sys, urllib.request
def check(holds, what):
    if not holds:
        sys.exit(f"not verified: {what}")

P = 2**255 - 19  # Ed25519 (RFC 8032), verification only
D = -121665 * pow(121666, P - 2, P) % P
def add(a, b):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    m, n, c, d = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P, 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P
def times(k, a):
    total = (0, 1, 1, 0)
    while k:
        total, a, k = add(total, a) if k & 1 else total, add(a, a), k >> 1
    return total
def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    check(y < P and not (x * x - xx) % P and (x or not sign), "not a point of the curve")
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P
B = point(bytes([0x58]) + bytes([0x66] * 31))
def signed(key, message, signature):
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little")
    (x1, y1, z1, _), (x2, y2, z2, _) = times(s, B), add(point(signature[:32]), times(h, point(key)))
    return s < 2**252 + 27742317777372353535851937790883648493 and (x1 * z2 - x2 * z1) % P == 0 == (y1 * z2 - y2 * z1) % P

def get(path):
    request = urllib.request.Request(sys.argv[1].rstrip("/") + path, headers={"Authorization": "Bearer " + sys.argv[2]})
    return urllib.request.urlopen(request, timeout=60).read().decode()

def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def root(hashes):
    while len(hashes) > 1:  # a last node without a neighbour moves up as it is
        pairs = [sha(b"\x01", *hashes[i : i + 2]) for i in range(0, len(hashes) - 1, 2)]
        hashes = pairs + (hashes[-1:] if len(hashes) % 2 else [])
    return hashes[0]

verifier = sys.argv[3] if len(sys.argv) > 3 else get("/.well-known/invigil-log-key").strip()
name, key_id, encoded = verifier.split("+", 2)
key = base64.b64decode(encoded, validate=True)
check(key[0] == 1 and sha(name.encode(), b"\n", key)[:4].hex() == key_id, "not a verifier key")
text, _, signatures = get("/api/v1/audit/checkpoint").rpartition("\n\n")
line = next(s for s in signatures.splitlines() if s.startswith("— " + name + " "))
signature = base64.b64decode(line.split(" ")[2], validate=True)
head = signature[:4].hex() == key_id and signed(key[1:], (text + "\n").encode(), signature[4:])
check(head, "the head is not signed by this key")
size, leaves, own, erased = int(text.split("\n")[1]), [], 0, 0
FIELDS = "id at actor_kind actor_id session_id request_id action resource resource_id college_id risk commitment".split()
while len(leaves) < size:
    rows = get(f"/api/v1/audit/entries?from={len(leaves)}&to={min(size, len(leaves) + 5000)}").split("\n")[:-1]
    check(rows, f"entry {len(leaves)} is missing")
    for row in map(json.loads, rows):
        leaf, index = base64.b64decode(row["leaf"]), len(leaves)
        check(row["index"] == index, f"entry {index} is missing")
        if "id" in row:  # an entry of this key's tenant; of others there is the leaf alone
            entry = json.dumps(["invigil-entry-v1", *(row[f] for f in FIELDS)], ensure_ascii=False, separators=(",", ":"))
            check(sha(b"\x00", entry.encode()) == leaf, f"entry {index} was changed")
            salt, body = base64.b64decode(row["salt"] or ""), row["body"]
            committed = body is None or len(salt) == 16 and sha(salt, body.encode()) == base64.b64decode(row["commitment"])
            check(committed, f"the content of entry {index} was changed")
            own, erased = own + 1, erased + (body is None)
        leaves.append(leaf)
check(size and base64.b64encode(root(leaves)).decode() == text.split("\n")[2], "the entries do not make the signed root")
print(f"{size} entries make the root that is signed by {verifier}")
print(f"{own} of them were read in full, {erased} with erased content; nothing was changed")
