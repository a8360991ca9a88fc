"""A PDF with its small objects compressed: a tagged report is half tags, written out plainly.

Typst writes every object by itself and a table of their places. PDF 1.5 and later, PDF/A-2
among them, may keep all objects but streams in compressed object streams.
"""

from __future__ import annotations

import re
import zlib

_TABLE = re.compile(
    rb"xref\s+0 (\d+)\s+((?:\d{10} \d{5} [fn]\s{1,2})+)trailer\s*<<(.*?)>>\s*startxref", re.S
)
_OBJECT = re.compile(rb"\s*(\d+) 0 obj\s(.*)\sendobj\s*", re.S)
_PER_STREAM = 200


def compact(pdf: bytes) -> bytes:
    """Return an equal PDF that is smaller; one of another make is returned as it is."""
    table = _TABLE.search(pdf, pdf.rfind(b"\nxref"))
    if table is None or b"/Encrypt" in table[3]:
        return pdf
    places = [int(line[:10]) for line in re.findall(rb"\d{10} \d{5} n", table[2])]
    ends = [*sorted(places)[1:], table.start()]
    objects: dict[int, bytes] = {}
    for start, end in zip(sorted(places), ends, strict=True):
        match = _OBJECT.fullmatch(pdf[start:end])
        if match is None:
            return pdf
        objects[int(match[1])] = match[2]
    head = pdf[: min(places)]
    trailer = re.sub(rb"/Size\s+\d+", b"", table[3]).strip()
    return _written(head, objects, trailer)


def _written(head: bytes, objects: dict[int, bytes], trailer: bytes) -> bytes:
    out = bytearray(head)
    # For each object: kind, then offset and 0, or its object stream and its place there.
    entries: dict[int, tuple[int, int, int]] = {0: (0, 0, 65535)}

    def put(number: int, body: bytes) -> None:
        entries[number] = (1, len(out), 0)
        out.extend(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    small = [n for n, body in objects.items() if not body.rstrip().endswith(b"endstream")]
    for number in objects.keys() - set(small):
        put(number, objects[number])
    free = max(objects) + 1
    for at in range(0, len(small), _PER_STREAM):
        group = small[at : at + _PER_STREAM]
        put(free, _object_stream(group, objects))
        entries.update({number: (2, free, place) for place, number in enumerate(group)})
        free += 1
    start = len(out)
    entries[free] = (1, start, 0)
    rows = b"".join(
        bytes([kind]) + field.to_bytes(4, "big") + extra.to_bytes(2, "big")
        for kind, field, extra in (entries.get(n, (0, 0, 65535)) for n in range(free + 1))
    )
    data = zlib.compress(rows, 9)
    fields = b"/Type/XRef/Size %d/W[1 4 2]/Filter/FlateDecode/Length %d" % (free + 1, len(data))
    out += b"%d 0 obj\n<<%b%b>>\nstream\n%b\nendstream\nendobj\n" % (free, fields, trailer, data)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def _object_stream(numbers: list[int], objects: dict[int, bytes]) -> bytes:
    index, bodies, at = [], [], 0
    for number in numbers:
        index.append(b"%d %d" % (number, at))
        bodies.append(objects[number])
        at += len(objects[number]) + 1
    head = b" ".join(index) + b"\n"
    data = zlib.compress(head + b"\n".join(bodies), 9)
    fields = b"/Type/ObjStm/N %d/First %d" % (len(numbers), len(head))
    return b"<<%b/Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream" % (fields, len(data), data)
