"""Compares the pairs that compare.lua has written as csrc/ec_levels.c does, with the
similarities of python3-jellyfish.  Prints the CPU seconds of the comparisons, then the
number of pairs of each pattern.

  python3 bench/dedupe/compare.py FILE
"""
import sys
import time
from collections import Counter

from jellyfish import damerau_levenshtein_distance as edits
from jellyfish import jaro_winkler_similarity as likeness

VOWELS = set("aeiouy")


def spellings(items):
    return [item for item in items if item[0] not in "~!"]


def best(a, b):
    return max(likeness(x, y) for x in spellings(a) for y in spellings(b))


def in_common(a, b):
    """3: a spelling, 2: a form, 1: a group of nicknames, 0: nothing."""
    found = 0
    for item in a:
        if item != "!" and item in b:
            what = 3 if item[0] != "~" else 1 if item[1].isdigit() else 2
            found = max(found, what)
    return found


def is_mistyped(a, b):
    longer = max(len(a), len(b))
    return longer >= 5 and edits(a, b) <= (3 if longer >= 8 else 2)


def is_other_ending(a, b):
    same = 0
    while same < min(len(a), len(b)) and a[same] == b[same]:
        same += 1
    return (same >= 3 and max(len(a), len(b)) == same + 1
            and all(len(x) == same or x[same] in VOWELS for x in (a, b)))


def is_initial(a, b):
    return any(len(x) == 1 and x == y[0] for x, y in ((a, b), (b, a)))


def is_first_word(a, b):
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    return len(longer) > len(shorter) > 1 and longer.startswith(shorter + " ")


def given_level(a, b, a_flags, b_flags):
    if not a or not b:
        return 0
    common = in_common(a, b)
    if common == 3:
        return 7 if a_flags[0] and b_flags[0] else 1
    if common == 2:
        return 2
    if common == 1:
        return 9 if best(a, b) >= 0.85 else 10
    x, y = a[0], b[0]
    if is_initial(x, y):
        return 3
    if is_first_word(x, y):
        return 2
    a_known, b_known = a_flags[1] or a[-1] == "!", b_flags[1] or b[-1] == "!"
    if a_known == b_known and (a_known or is_other_ending(x, y)):
        return 6
    if len(x) > 2 and len(y) > 2 and a_known != b_known and edits(x, y) <= 1:
        return 4
    value = best(a, b)
    if value < 0.8:
        return 5 if is_mistyped(x, y) else 6
    if len(x) < 5 and len(y) < 5 and x[0] != y[0]:
        return 5
    return 4 if value >= 0.92 else 5


def family_level(a, b, a_flags, b_flags):
    if not a or not b:
        return 0
    common = in_common(a, b)
    if common == 3:
        return 7 if a_flags[0] and b_flags[0] else 1
    if common:
        return 2
    x, y = a[0], b[0]
    if (" " in x or " " in y) and set(x.split()) & set(y.split()):
        return 3
    value = best(a, b)
    return 4 if value >= 0.92 else 5 if value >= 0.8 or is_mistyped(x, y) else 6


def is_crossed(given, family):
    return (in_common(given, family) > 0 or best(given, family) >= 0.8
            or is_mistyped(given[0], family[0]))


def date_level(a, b):
    if not a or not b:
        return 0
    if a == b:
        return 1
    count = edits(a, b)
    if count <= 1:
        return 2
    if len(a) == 8 and len(b) == 8:
        year, month, day = a[:4] == b[:4], a[4:6] == b[4:6], a[6:] == b[6:]
        if year and a[4:6] == b[6:] and a[6:] == b[4:6]:
            return 2
        if year + month + day == 2:
            return 3 if year else 4
    return 3 if count == 2 else 4


def compare(a, b):
    given = given_level(a[0], b[0], a[3], b[3])
    family = family_level(a[1], b[1], a[4], b[4])
    if (4 <= given <= 6 and 4 <= family <= 6
            and is_crossed(a[0], b[1]) and is_crossed(b[0], a[1])):
        given = family = 8
    return given, family, date_level(a[2], b[2])


def flags_of(records, place):
    counts = Counter(record[place][0] for record in records if record[place])
    for record in records:
        held = counts[record[place][0]] if record[place] else 0
        record.append((held >= 8 and held >= len(records) // 400, held >= 4))


def main():
    records, pairs = [], []
    with open(sys.argv[1], encoding="utf-8", newline="\n") as source:
        for line in source:
            if line == "\n":
                break
            given, family, birth = line.rstrip("\n").split("\2")
            records.append([given.split("\1") if given else [],
                            family.split("\1") if family else [], birth])
        for line in source:
            a, b = line.split()
            pairs.append((int(a), int(b)))
    flags_of(records, 0)
    flags_of(records, 1)
    start = time.process_time()
    counts = Counter(compare(records[a], records[b]) for a, b in pairs)
    print("%.3f" % (time.process_time() - start))
    for pattern in sorted("".join(chr(48 + level) for level in key) for key in counts):
        print(pattern, counts[tuple(ord(c) - 48 for c in pattern)], sep="\t")


main()
