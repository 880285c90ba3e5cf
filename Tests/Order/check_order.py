#!/usr/bin/env python3
"""Rooms and the folders inside them point one way: checks Sources against Tests/Order/order.txt.

It is a mistake to import a room that stands further down, and to use a type that a later folder of the same room declares.
Another list and another folder of sources may be given.
"""
import pathlib, re, sys

here = pathlib.Path(__file__).resolve()
sources = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else here.parents[2] / "Sources"
lines = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else here.parent / "order.txt").read_text().splitlines()
order = {room: folders.split() for room, _, folders in (l.partition(":") for l in lines if l and l[0] != "#")}
rooms, faults = list(order), []


def code(file):
    """The text with comments and what is written in strings blanked out; what is interpolated into a string stays."""
    text = re.sub(r"//[^\n]*|/\*.*?\*/", "", file.read_text(), flags=re.S)
    return re.sub(r'#?"""\n.*?"""|"(?:\\.|[^"\\\n])*"', lambda s: " ".join(re.findall(r"\\\(([^()\"]*)", s[0])), text, flags=re.S)


for room in sorted(p.name for p in sources.iterdir() if any(p.rglob("*.swift"))):
    if room not in order:
        faults.append(f"Sources/{room}: is not in the order")
        continue
    files = {f: code(f) for f in sorted((sources / room).rglob("*.swift"))}
    place, declared = {}, {}
    for file, text in files.items():
        folder = file.relative_to(sources / room).parts[0] if file.parent != sources / room else "."
        if folder not in order[room]:
            faults.append(f"{file}: folder {folder} of {room} is not in the order")
        place[file] = order[room].index(folder) if folder in order[room] else len(order[room])
        for imported in re.findall(r"^(?:@\w+ +)?import (?:\w+ )?(\w+)", text, re.M):
            if imported in order and rooms.index(imported) > rooms.index(room):
                faults.append(f"{file}: {room} imports {imported}, which stands further down")
        # A type of its own, or one in an extension, which is used as Outer.Name.
        outer = ""
        for step, kind, name in re.findall(
                r"^(  )?(?:\w+ )*(struct|enum|class|protocol|actor|typealias|extension) +\[?(\w+)", text, re.M):
            if not step:
                outer = name + "." if kind == "extension" else ""
            if kind != "extension" and (outer or not step):
                declared.setdefault(outer + name, set()).add(place[file])
    for file, text in files.items():
        for name in set(re.findall(r"\b(?=((?:\w+\.)?[A-Z]\w*))", text)) & set(declared):
            if min(declared[name]) > place[file]:
                faults.append(f"{file}: uses {name}, which a later folder of {room} declares")
print("\n".join(faults) or f"{len(rooms)} rooms point one way")
sys.exit(1 if faults else 0)
