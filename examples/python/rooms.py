"""Counts the files and lines of each room of Wherry's source, from inside the sandbox."""

import os
import sys

source = sys.argv[1]
rooms = {}
for folder, _, names in os.walk(source):
    room = os.path.relpath(folder, source).split("/p1")[0]
    for name in names:
        if not name.endswith(".ts"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            lines = sum(1 for _ in file)
        files, total = rooms.get(room, (0, 0))
        rooms[room] = (files + 1, total + lines)

print(f"{'room':<18}{'files':>6}{'lines':>8}")
for room, (files, lines) in sorted(rooms.items()):
    print(f"{room:<18}{files:>6}{lines:>8}")
print(f"counted by Python {sys.version.split()[0]} on {sys.platform}; it was granted {source} to read, and nothing else")
