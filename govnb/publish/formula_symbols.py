"""What TeX's commands print: the everyday ones, as characters of Unicode."""

from __future__ import annotations

import string
import unicodedata

_GREEK = (
    "alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ "
    "iota ι kappa κ lambda λ mu μ nu ν xi ξ pi π rho ρ sigma σ tau τ upsilon υ phi ϕ "
    "varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ "
    "Upsilon Υ Phi Φ Psi Ψ Omega Ω"
)
_SIGNS = (
    "times × div ÷ cdot ⋅ ast ∗ star ⋆ pm ± mp ∓ circ ∘ bullet ∙ oplus ⊕ otimes ⊗ "
    "le ≤ leq ≤ leqslant ⩽ ge ≥ geq ≥ geqslant ⩾ ne ≠ neq ≠ approx ≈ equiv ≡ sim ∼ "
    "simeq ≃ cong ≅ propto ∝ ll ≪ gg ≫ in ∈ notin ∉ ni ∋ subset ⊂ subseteq ⊆ supset ⊃ "
    "supseteq ⊇ cup ∪ cap ∩ setminus ∖ emptyset ∅ varnothing ∅ forall ∀ exists ∃ neg ¬ lnot ¬ "
    "land ∧ wedge ∧ lor ∨ vee ∨ to → rightarrow → leftarrow ← Rightarrow ⇒ Leftarrow ⇐ "
    "Leftrightarrow ⇔ leftrightarrow ↔ implies ⟹ iff ⟺ mapsto ↦ uparrow ↑ downarrow ↓ "
    "infty ∞ partial ∂ nabla ∇ ell ℓ hbar ℏ Re ℜ Im ℑ angle ∠ degree ° prime ′ "
    "ldots … dots … cdots ⋯ vdots ⋮ ddots ⋱ because ∵ therefore ∴ mid ∣ parallel ∥ perp ⊥ "
    "langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ lbrace { rbrace } lbrack [ rbrack ] "
    "vert | lvert | rvert | Vert ‖ lVert ‖ rVert ‖ colon : checkmark ✓"
)
_BIG = "sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ oint ∮ bigcup ⋃ bigcap ⋂"


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return {f"\\{name}": char for name, char in zip(words[::2], words[1::2], strict=True)}


BIG = _pairs(_BIG)
SYMBOLS = {
    **_pairs(_GREEK),
    **_pairs(_SIGNS),
    **BIG,
    **{f"\\{char}": char for char in "%$&#_{}"},
    r"\|": "‖",
}
SPACES = {
    r"\,": "\u2009",
    r"\:": "\u2005",
    r"\>": "\u2005",
    r"\;": "\u2004",
    r"\ ": " ",
    r"\quad": "\u2003",
    r"\qquad": "\u2003\u2003",
    r"\!": "",
    r"\displaystyle": "",
    r"\textstyle": "",
}
ACCENTS = {
    r"\bar": "\u0304",
    r"\overline": "\u0305",
    r"\hat": "\u0302",
    r"\widehat": "\u0302",
    r"\tilde": "\u0303",
    r"\dot": "\u0307",
    r"\vec": "\u20d7",
}
_TEXTS = (
    "text mathrm textrm mbox operatorname operatorname* mathit textbf mathbf bm boldsymbol "
    "mathsf textit"
)
TEXTS = frozenset(f"\\{name}" for name in _TEXTS.split())
# Alphabets of their own, by the word in Unicode's names for their letters.
ALPHABETS = {
    r"\mathbb": "DOUBLE-STRUCK",
    r"\mathcal": "SCRIPT",
    r"\mathscr": "SCRIPT",
    r"\mathfrak": "FRAKTUR",
}
# Brackets of a chosen size; here they are as large as their kind.
SIZES = frozenset(
    f"\\{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")
)
_FUNCTIONS = (
    "max min sup inf lim log ln lg exp sin cos tan cot sec csc arcsin arccos arctan det gcd "
    "arg dim mod Pr"
)
FUNCTIONS = frozenset(_FUNCTIONS.split())


def in_alphabet(command: str, letters: str) -> str:
    """Return letters as another alphabet has them; ℝ for R."""
    return "".join(_lettered(ALPHABETS[command], letter) for letter in letters)


def _lettered(alphabet: str, letter: str) -> str:
    if not (letter.isascii() and letter.isalnum()):
        return letter
    kind = "DIGIT" if letter.isdigit() else "CAPITAL" if letter.isupper() else "SMALL"
    word = unicodedata.name(letter).split()[-1]
    # The few that mathematics used first stand outside the block of the others.
    black = "BLACK-LETTER" if alphabet == "FRAKTUR" else alphabet
    for name in (f"{black} {kind} {word}", f"MATHEMATICAL {alphabet} {kind} {word}"):
        try:
            return unicodedata.lookup(name)
        except KeyError:
            continue
    return letter


# All they can print.
LETTERS = "".join(
    in_alphabet(command, string.ascii_letters + string.digits) for command in ALPHABETS
)
