"""The tree of RFC 6962: its roots and proofs against the definition, and the notes that sign them."""

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from apps.audit.sealing import notes
from apps.audit.sealing.tree import Growing, inclusion, leaf_hash, node_hash, peaks, root, root_of_inclusion

# Leaves and roots that Certificate Transparency's implementations are tested with.
KNOWN = [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43", b"\x50\x51\x52\x53\x54\x55\x56\x57"]
KNOWN.append(bytes(range(0x60, 0x70)))
KNOWN_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def defined(leaves):
    """The root as RFC 6962 defines it."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(defined(leaves[:split]), defined(leaves[split:]))


def reader(leaves):
    return lambda level, number: defined(leaves[number << level : (number + 1) << level])


def some(size):
    return [leaf_hash(str(number).encode()) for number in range(size)]


@pytest.mark.parametrize("size", KNOWN_ROOTS)
def test_roots_are_those_that_others_find(size):
    leaves = [leaf_hash(data) for data in KNOWN[:size]]
    assert root(size, reader(leaves)).hex() == KNOWN_ROOTS[size]


@given(st.integers(0, 70))
def test_a_root_from_peaks_and_one_that_grew_are_the_root_that_is_defined(size):
    leaves, growing = some(size), Growing()
    made = {}
    for leaf in leaves:
        made |= {(level, number): found for level, number, found in growing.add(leaf)}
    assert root(size, reader(leaves)) == growing.root == defined(leaves)
    assert all(found == reader(leaves)(*place) for place, found in made.items())
    assert len(made) == sum(size >> level for level in range(1, 8))
    again = Growing(size, [reader(leaves)(*top) for top in peaks(size)])
    list(again.add(leaf_hash(b"next")))
    assert again.root == defined([*leaves, leaf_hash(b"next")])


@given(st.integers(1, 70).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_a_proof_leads_to_the_root_and_no_other_does(given_):
    size, index = given_
    leaves = some(size)
    proof = inclusion(index, size, reader(leaves))
    right = defined(leaves)
    assert root_of_inclusion(index, size, leaves[index], proof) == right
    assert root_of_inclusion(index, size, leaf_hash(b"other"), proof) != right
    for place in range(len(proof)):
        changed = [*proof[:place], leaf_hash(b"other"), *proof[place + 1 :]]
        assert root_of_inclusion(index, size, leaves[index], changed) != right
    for wrong in [proof[:-1], [*proof, leaf_hash(b"more")]]:
        try:
            assert root_of_inclusion(index, size, leaves[index], wrong) != right or wrong == proof
        except ValueError:
            continue
    if (other := (index + 1) % size) != index:
        try:
            assert root_of_inclusion(other, size, leaves[index], proof) != right
        except ValueError:
            return


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_of_what_is_not_in_the_tree(index, size):
    with pytest.raises(IndexError):
        inclusion(index, size, reader(some(size)))
    with pytest.raises(ValueError, match="not in the tree"):
        root_of_inclusion(index, size, leaf_hash(b"0"), [])


class TestNotes:
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    key = notes.VerifierKey.of("desk.example.org/trail", private)
    note = notes.sign("desk.example.org/trail", 42, b"\x07" * 32, private)

    def test_it_reads_back_and_its_key_verifies_it(self):
        signed = notes.read(self.note)
        assert (signed.origin, signed.size, signed.root) == ("desk.example.org/trail", 42, b"\x07" * 32)
        assert signed.is_signed_by([self.key])
        assert self.note.splitlines()[3] == ""
        assert self.note.splitlines()[4].startswith("— desk.example.org/trail ")

    def test_a_key_reads_back(self):
        assert notes.VerifierKey.parse(f"{self.key}\n") == self.key
        assert self.key.id == sha256(b"desk.example.org/trail\n\x01" + self.key.public).digest()[:4]

    @pytest.mark.parametrize(
        "changed",
        [
            lambda note: note.replace("42", "43"),
            lambda note: note.replace("BwcH", "BwcI", 1),
            lambda note: note.replace("desk.example.org/trail\n", "desk.example.com/trail\n"),
            lambda note: note[:-20] + "AAAA" + note[-16:],
        ],
        ids=["size", "root", "origin", "signature"],
    )
    def test_whatever_is_changed_is_not_signed(self, changed):
        assert changed(self.note) != self.note
        assert not notes.read(changed(self.note)).is_signed_by([self.key])

    def test_another_key_or_the_same_under_another_name_has_not_signed(self):
        other = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
        signed = notes.read(self.note)
        assert not signed.is_signed_by([notes.VerifierKey.of(self.key.name, other)])
        assert not signed.is_signed_by([notes.VerifierKey.of("elsewhere", self.private)])
        assert not signed.is_signed_by([])

    @pytest.mark.parametrize(
        "broken",
        [
            "",
            "a\n1\nAAAA\n",
            "a\n1\nBw==\n\n— a AAAAAAA=\n",
            "a\n01\n" + "A" * 43 + "=\n\n— a AAAAAAA=\n",
            "a\n-1\n" + "A" * 43 + "=\n\n— a AAAAAAA=\n",
            "a\n1\n" + "A" * 43 + "=\nmore\n\n— a AAAAAAA=\n",
            "a\n1\n" + "A" * 43 + "=\n\n- a AAAAAAA=\n",
            "a\n1\n" + "A" * 43 + "=\n\n— a !\n",
            "a\r\n1\r\n" + "A" * 43 + "=\r\n\r\n— a AAAAAAA=\r\n",
        ],
    )
    def test_what_is_no_checkpoint_is_said_to_be_none(self, broken):
        with pytest.raises(notes.Malformed):
            notes.read(broken)

    @pytest.mark.parametrize("broken", ["", "a+b", "a+00000000+AQ==", "a b+00000000+" + "A" * 44, "x"])
    def test_what_is_no_key_is_said_to_be_none(self, broken):
        with pytest.raises(notes.Malformed):
            notes.VerifierKey.parse(broken)

    def test_a_key_whose_id_is_not_its_own_is_refused(self):
        name, _, encoded = str(self.key).split("+", 2)
        with pytest.raises(notes.Malformed, match="id"):
            notes.VerifierKey.parse(f"{name}+00000000+{encoded}")

    def test_a_proof_holds_all_that_a_check_needs(self):
        told = notes.proof(7, [b"\x01" * 32], self.note)
        assert told == f"c2sp.org/tlog-proof@v1\nindex 7\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n\n{self.note}"
