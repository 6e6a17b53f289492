"""Names: a code, declared name or declared alias → the key it stands for.

Nothing else resolves: a near name is a suggestion for people to choose from, never taken.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pipelines.declarations import Column, Declarations, TableContract
from pipelines.intake.text import DASHES, fold, scripts
from pipelines.intake.values import Reading

# What some programs put behind a whole number.
WHOLE = re.compile(r"(?<=\d)\.0+$")
# A text longer than this is no misspelt name: no suggestion is looked for.
LONGEST_NAME = 100
SUGGESTIONS = 3
# Names looked at for them, how alike they must be (of 100), and the length up to which only letters count.
NEAREST, ALIKE, SHORT = 12, 50, 3


@dataclass(frozen=True)
class Lookup:
    """Everything that resolves to a key of a register, or to a code of a closed list.

    `labels`: key → its name in the first language that has one. `names`: folded name → keys. `official`: folded names
    that are a declared way of writing the key; any other is written as its label in a corrected copy. `own`: key → its
    names in every language that has one.
    """

    labels: Mapping[str, str]
    names: Mapping[str, frozenset[str]]
    official: frozenset[str]
    own: Mapping[str, Sequence[str]]
    width: int | None = None
    _suggested: dict[str, str | None] = field(default_factory=dict, repr=False, compare=False)

    def read(self, text: str) -> Reading:
        """The key that a cleaned text means; several are ambiguous, none is an error."""
        if text in self.labels:
            return Reading(text)
        folded = fold(text)
        if folded.isdigit() and DASHES.search(text):
            # A code has no sign.
            return Reading(rule="unknown_value")
        code = WHOLE.sub("", folded)
        found = set(self.names.get(code, ()))
        padded = code.zfill(self.width) if self.width and code.isdigit() else text
        if padded in self.labels:
            found.add(padded)
        if len(found) > 1:
            return Reading(rule="ambiguous_value", candidates=tuple(sorted(found)))
        if not found:
            return Reading(rule="unknown_value")
        key = found.pop()
        return Reading(key, written=None if folded in self.official or padded == key else self._asked(key, text))

    def suggest(self, text: str) -> str | None:
        """Up to three declared names that look like a cleaned text, "a; b; c"; None where none does."""
        if text not in self._suggested:
            self._suggested[text] = "; ".join(self._near(text)) or None
        return self._suggested[text]

    def _shown(self, key: str) -> str:
        """The key's label, or the key itself where the label would not be read back as that key alone."""
        label = self.labels[key]
        return label if self.names.get(fold(label)) == {key} else key

    def _near(self, text: str) -> list[str]:
        if len(text) > LONGEST_NAME or not self._choices:
            return []
        alike = likeness(fold(text), self._choices)
        near = sorted((-alike[at], self._choices[at]) for at in (alike >= ALIKE).nonzero()[0])[:NEAREST]
        # Several names of one key may be near; each key is suggested once.
        keys = dict.fromkeys(key for _, name in near for key in sorted(self.names[name]))
        return [self._asked(key, text) for key in list(keys)[:SUGGESTIONS]]

    def _asked(self, key: str, text: str) -> str:
        """The key's own name most like the text, of its script first: the sender's language."""
        own = [name for name in self.own.get(key, ()) if self.names.get(fold(name)) == {key}]
        own = [name for name in own if scripts(name) & scripts(text)] or own
        if not own:
            return self._shown(key)
        return own[int(likeness(fold(text), [fold(name) for name in own]).argmax())]

    @cached_property
    def _choices(self) -> list[str]:
        """Folded names worth suggesting: bare numbers are not."""
        return sorted(name for name in self.names if name and not name.isdigit())


def likeness(text: str, names: Sequence[str]) -> Any:
    """How alike a folded text looks to each folded name, 0–100: by letters changed, or by the words that they share."""
    import numpy as np
    from rapidfuzz import fuzz
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import cdist

    letters = 100 * cdist([text], names, scorer=OSA.normalized_similarity)[0]
    order = 0.95 * cdist([text], names, scorer=fuzz.token_sort_ratio)[0]
    # A word shared by two short names says little.
    words = 0.9 * cdist([text], names, scorer=fuzz.token_set_ratio)[0] if len(text) > SHORT else 0
    return np.maximum(np.maximum(letters, order), words)


def code_lookup(column: Column) -> Lookup:
    """Lookup of a column's own closed list of codes; all its labels and synonyms are declared ways of writing."""
    labels = {code.value: next(iter(code.labels.values()), code.value) for code in column.codes}
    names = _index((c.value, name) for c in column.codes for name in (c.value, *c.labels.values(), *c.synonyms))
    own = {code.value: tuple(code.labels.values()) for code in column.codes}
    return Lookup(labels, names, frozenset(names), own)


def register_lookup(declared: Declarations, contract: TableContract, column: Column) -> Lookup:
    """Lookup of a column that refers to a register, with the register's aliases that hold in this object."""
    assert column.reference is not None
    reference = column.reference
    register = declared.objects[reference.register]
    label_columns = [c.name for c in register.by_role("label")]
    rows = [
        row
        for row in declared.rows(register.id)
        if all(str(row[name]) == value for name, value in reference.where.items())
    ]
    own = [(row[reference.column], [row[n] for n in label_columns if row[n]]) for row in rows]
    labels = {key: names[0] if names else key for key, names in own}
    names = [(key, name) for key, names in own for name in names]
    official = {fold(name) for _, name in names}
    for other in declared.registers:
        if other.aliases_of != register.id:
            continue
        kinds = {(c.name, code.value) for c in other.columns for code in c.codes if code.is_official}
        for row in declared.rows(other.id):
            applies = row.get("object_id") in (None, contract.id) and row[reference.column] in labels
            if applies and all(str(row.get(name, value)) == value for name, value in reference.where.items()):
                written = [row[c.name] for c in other.by_role("label")]
                names += [(row[reference.column], name) for name in written]
                if any(row[name] == value for name, value in kinds):
                    official |= {fold(name) for name in written}
    return Lookup(labels, _index(names), frozenset(official), dict(own), column.width)


def _index(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    index: dict[str, frozenset[str]] = {}
    for key, name in pairs:
        index[fold(name)] = index.get(fold(name), frozenset()) | {key}
    return index
